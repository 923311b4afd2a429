// Whole answers in JSON: recorded ones of real Slurm, what voids one, and what it may hold besides.
#include "io/slurm/commands.hpp"
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;
using namespace settle::tests;
using settle::io::errc;

namespace {

std::string with_jobs(const std::string& jobs) {
  return R"({"meta":{},"jobs":[)" + jobs + R"(],"errors":[],"warnings":[]})";
}

/// What a recorded answer is: so many rows, or none and why.
struct recorded {
  std::string version, name;
  std::size_t rows;
  std::optional<errc> failure = {};
};

const std::vector<recorded> listings{{"22.05.8", "ctlddown_squeue_json", 0, errc::unavailable},
                                     {"22.05.8", "badutf8_squeue_json", 3},
                                     {"22.05.8", "bigarray_squeue_json", 3},
                                     {"22.05.8", "squeue2_json_cg_requeue_completing", 3},
                                     {"24.11.5", "ctlddown_squeue_json", 0, errc::unavailable},
                                     {"24.11.5", "err_squeue_j_json", 0, errc::unavailable},
                                     {"24.11.5", "badutf8_squeue_json", 2},
                                     {"24.11.5", "bigarray_squeue_json", 1},
                                     {"24.11.5", "squeue2_json_cg_fail_completing", 1},
                                     {"24.11.5", "squeue2_json_cg_requeue_completing", 1},
                                     {"24.11.5", "squeue2_json_requeuehold_after", 1},
                                     {"24.11.5", "squeue2_json_specialexit_after", 1},
                                     {"24.11.5", "squeue_json_v0.0.40_complex", 1},
                                     {"24.11.5", "squeue_json_v0.0.41_complex", 1},
                                     {"24.11.5", "squeue_json_v0.0.42_complex", 1}};
const std::vector<recorded> accountings{{"22.05.8", "err_sacct_j_json", 0},
                                        {"22.05.8", "bigarray_sacct_json", 0},
                                        {"22.05.8", "badutf8_sacct_json", 3},
                                        {"22.05.8", "sacct2_json_cg_requeue_completing", 2},
                                        {"22.05.8", "sacct2_json_launchfail_norq", 2},
                                        {"24.11.5", "err_sacct_j_json", 0},
                                        {"24.11.5", "badutf8_sacct_json", 3},
                                        {"24.11.5", "bigarray_sacct_json", 1},
                                        {"24.11.5", "sacct_json_v0.0.42_complex", 4}};

template <class Read>
void check_recorded(const std::vector<recorded>& answers, Read read) {
  for (const auto& expected : answers) {
    INFO(expected.version << " " << expected.name);
    const auto out = read(capture(expected.version, expected.name));
    REQUIRE(out.has_value() == !expected.failure);
    if (!out) {
      CHECK(out.error().code == *expected.failure);
      continue;
    }
    CHECK(out->rows.size() == expected.rows);
    CHECK(out->bad.empty());
    for (const auto& row : out->rows)
      CHECK_FALSE(row.state.has(state_flag::unknown));
  }
}

queue_row only_row(const std::string& version, const std::string& name) {
  const auto out = read_listing(capture(version, name));
  REQUIRE(out);
  REQUIRE(out->rows.size() == 1);
  return out->rows.front();
}

}  // namespace

TEST_CASE("recorded answers in JSON are told by their first byte and read whole", "[slurm][json][answers]") {
  check_recorded(listings, [](settle::io::command_result a) { return read_listing(std::move(a)); });
  check_recorded(accountings, [](settle::io::command_result a) { return read_accounting(std::move(a)); });
}

TEST_CASE("JSON shows the base state where text shows a flag alone", "[slurm][json][state]") {
  const auto failing = only_row("24.11.5", "squeue2_json_cg_fail_completing");
  CHECK(failing.state.base == base_state::failed);
  CHECK(failing.state.has(state_flag::completing));
  const auto requeued = only_row("24.11.5", "squeue2_json_cg_requeue_completing");
  CHECK(requeued.state.base == base_state::pending);
  CHECK(requeued.state.has(state_flag::completing));
  const auto special = only_row("24.11.5", "squeue2_json_specialexit_after");
  CHECK(special.state.has(state_flag::special_exit));
  CHECK(special.reason == "job requeued in held state");
}

TEST_CASE("the components of a recorded heterogeneous job have ids of their own", "[slurm][json]") {
  const auto out = parse_queue_json(capture_file("24.11.5", "het_pending_squeue_json.out"), {});
  REQUIRE(out);
  CHECK(out->bad.empty());
  std::vector<std::uint64_t> ids;
  for (const auto& row : out->rows) {
    ids.push_back(row.job_id);
    CHECK(row.array == array_tasks{});
  }
  CHECK(ids == std::vector<std::uint64_t>{7, 44, 45});
}

TEST_CASE("the tasks of a large array are whole in JSON", "[slurm][json][array]") {
  CHECK(only_row("24.11.5", "bigarray_squeue_json").array == array_tasks{145, {}, "1-399:2%7"});
  const auto record = read_accounting(capture("24.11.5", "bigarray_sacct_json"));
  REQUIRE(record);
  const auto& tasks = record->rows.at(0).array;
  CHECK(tasks.array_job_id == 145);
  CHECK(tasks.expression.starts_with("1,3,5,7,"));
  CHECK(tasks.expression.ends_with(",397,399%7"));
}

TEST_CASE("an answer in JSON without a job and with complaints is none", "[slurm][json][answers]") {
  CHECK(read_listing(said(with_jobs(""))));
  CHECK_FALSE(read_listing(said(with_jobs(""), "squeue: error: Invalid user: nobody\n")));
  const auto nameless = read_listing(said(with_jobs("5")));
  REQUIRE_FALSE(nameless);
  CHECK(nameless.error().code == errc::bad_reply);
  CHECK(read_listing(said("\n  " + with_jobs("") + "\n")));
  CHECK_FALSE(read_listing(said(with_jobs(""), "", 1)));
  const auto cut = read_accounting(said(R"({"jobs":[)"));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().words.starts_with("sacct: its answer is cut short or no JSON: "));
}

TEST_CASE("squeue's JSON lists everybody's jobs: others' are left out", "[slurm][json][queue]") {
  const auto document = with_jobs(R"({"job_id":5,"job_state":"RUNNING","user_id":7},)"
                                  R"({"job_id":6,"job_state":"RUNNING","user_id":8},)"
                                  R"({"job_id":7,"job_state":17,"user_id":8},)"
                                  R"({"job_id":8,"job_state":"RUNNING"})");
  const auto out = *parse_queue_json(document, 7);
  REQUIRE(out.rows.size() == 2);
  CHECK(out.rows[0].job_id == 5);
  CHECK(out.rows[1].job_id == 8);
  CHECK(out.bad.empty());
  CHECK(parse_queue_json(document, {})->rows.size() == 3);
}

TEST_CASE("bytes that are no UTF-8 cost themselves and nothing else", "[slurm][json]") {
  for (const auto& [raw, shown] : std::vector<std::pair<std::string, std::string>>{
           {"bad\xff\xfename", "bad??name"},
           {"latin1_\xe9t\xe9", "latin1_?t?"},
           {"cut\xe2\x82", "cut??"},
           {"over\xc0\xaf", "over??"},
           {"gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x8c\x8d \xff",
            "gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x8c\x8d ?"}}) {
    const auto document =
        with_jobs(R"({"job_id":5,"job_state":"RUNNING","state":"RUNNING","name":")" + raw + "\"}");
    CHECK(parse_queue_json(document, {})->rows.at(0).name == shown);
    CHECK(parse_accounting_json(document)->rows.at(0).name == shown);
  }
}

TEST_CASE("a document that ends early, or is none, is no answer", "[slurm][json]") {
  const auto document = capture_file("24.11.5", "squeue_json_v0.0.42_complex.out");
  REQUIRE(parse_queue_json(document, {}));
  const auto end = document.rfind('}');
  for (std::size_t bytes = 0; bytes <= end; bytes += bytes < 200 || end - bytes < 200 ? 1 : 37) {
    INFO(bytes);
    const auto out = parse_queue_json(document.substr(0, bytes), {});
    REQUIRE_FALSE(out);
    CHECK(out.error().code == errc::unavailable);
  }
  for (const auto* text : {"", "{", "[]", "5", "nothing", R"({"jobs":[]}})", R"({"jobs":[]} more)",
                           R"({"jobs":[]}{})", R"({"jobs":[}])", R"({"jobs":[)"}) {
    INFO(text);
    CHECK_FALSE(parse_queue_json(text, {}));
    CHECK_FALSE(parse_accounting_json(text));
  }
}

TEST_CASE("errors in the document void it, wherever they stand", "[slurm][json]") {
  const std::string error =
      R"([{"description":"Failed while looking for jobs","error_number":-1,"error":"Unspecified"}])";
  for (const auto& document :
       {R"({"errors":)" + error + R"(,"jobs":[]})", R"({"jobs":[],"errors":)" + error + "}",
        R"({"jobs":[{"job_id":5,"job_state":["RUNNING"]}],"errors":)" + error + "}"}) {
    const auto out = parse_queue_json(document, {});
    REQUIRE_FALSE(out);
    CHECK(out.error().code == errc::unavailable);
    CHECK(out.error().words == "it reports an error: Failed while looking for jobs: Unspecified (-1)");
  }
  CHECK_FALSE(parse_queue_json(R"({"jobs":[],"errors":["down"]})", {}));
  CHECK_FALSE(parse_queue_json(R"({"jobs":[],"errors":{"error_number":1}})", {}));
  CHECK(parse_queue_json(R"({"jobs":[],"errors":null})", {}));
  CHECK(parse_accounting_json(
      R"({"errors":[{"error_number":9003,"error":"Nothing found with query"}],"jobs":[]})"));
  for (const auto* no_list : {"{}", R"({"errors":[]})", R"({"jobs":null})", R"({"jobs":{}})"}) {
    INFO(no_list);
    const auto out = parse_queue_json(no_list, {});
    REQUIRE_FALSE(out);
    CHECK(out.error().code == errc::bad_reply);
  }
}

#include "io/slurm/commands.hpp"
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace settle::slurm;
using settle::tests::capture_file;

namespace {

table<queue_row> parse_all(std::string_view text) {
  bool whole = false;
  auto out = parse_queue(text, whole);
  CHECK(whole);
  return out;
}

/// Rows of a recorded listing by name; names that occur once.
std::map<std::string, queue_row> by_name(const std::string& file) {
  std::map<std::string, queue_row> rows;
  for (auto& row : parse_all(capture_file("22.05.8", file)).rows)
    rows.emplace(row.name, row);
  return rows;
}

const std::string good = "7|7|N/A|RUNNING|0|0|100|110|500|None|name\n";

}  // namespace

TEST_CASE("a recorded listing gives every job its state and the controller's exact code",
          "[slurm][queue][golden]") {
  const auto rows = by_name("ours_listing_settled.out");
  const std::map<std::string, std::pair<base_state, code>> ended{
      {"exit0", {base_state::completed, {0, 0}}},      {"exit1", {base_state::failed, {1, 0}}},
      {"exit3", {base_state::failed, {3, 0}}},         {"exit127", {base_state::failed, {127, 0}}},
      {"exit128", {base_state::failed, {128, 0}}},     {"exit137", {base_state::failed, {137, 0}}},
      {"exit255", {base_state::failed, {255, 0}}},     {"kill9", {base_state::failed, {0, 9}}},
      {"segv", {base_state::failed, {0, 11}}},         {"term", {base_state::failed, {0, 15}}},
      {"badout", {base_state::failed, {0, 53}}},       {"badchdir", {base_state::completed, {0, 0}}},
      {"cancelrun", {base_state::cancelled, {0, 15}}}, {"trapterm", {base_state::cancelled, {0, 0}}},
      {"heldcancel", {base_state::cancelled, {0, 0}}}, {"timeout", {base_state::timeout, {143, 0}}},
      {"stepfail", {base_state::completed, {0, 0}}},   {"pipe|in|name", {base_state::failed, {3, 0}}}};
  for (const auto& [name, expected] : ended) {
    INFO(name);
    REQUIRE(rows.count(name) == 1);
    CHECK(rows.at(name).state == job_state{expected.first, 0, {}});
    CHECK(rows.at(name).exit == expected.second);
    CHECK(rows.at(name).restarts == 0u);
  }
  CHECK(rows.at("held").state.base == base_state::pending);
  CHECK(rows.at("held").reason == "JobHeldUser");
  CHECK_FALSE(rows.at("held").start);
  CHECK(rows.at("suspend").state.base == base_state::suspended);
  CHECK(rows.at("specialexit").state.has(state_flag::special_exit));
  CHECK(rows.at("requeue").restarts == 1u);
  CHECK(rows.at("requeuehold").reason == "job requeued in held state");
}

TEST_CASE("one row is read field by field", "[slurm][queue]") {
  const auto out =
      parse_all("42|30|3|FAILED|1792|2|1795425812|1795425813|1795425814|NonZeroExitCode|a|b \"c\".tok\n");
  REQUIRE(out.rows.size() == 1);
  queue_row row;
  row.job_id = 42;
  row.array = {30, 3, ""};
  row.state = {base_state::failed, 0, {}};
  row.word = "FAILED";
  row.exit = {7, 0};
  row.restarts = 2;
  row.submit = 1795425812;
  row.start = 1795425813;
  row.end = 1795425814;
  row.reason = "NonZeroExitCode";
  row.name = "a|b \"c\".tok";
  CHECK(out.rows.front() == row);
  CHECK(out.bad.empty());
}

TEST_CASE("codes of Slurm 26.05 are read as well", "[slurm][queue]") {
  const auto out = parse_all(
      "1|1|N/A|FAILED|137:0|0|1|1|1|r|n\n2|2|N/A|FAILED|0:9|0|1|1|1|r|n\n3|3|N/A|FAILED||0|1|1|1|r|n\n");
  REQUIRE(out.rows.size() == 3);
  CHECK(out.rows[0].exit == code{137, 0});
  CHECK(out.rows[1].exit == code{0, 9});
  CHECK(out.rows[2].exit == code{});
}

TEST_CASE("arrays show single tasks and the pending rest", "[slurm][queue][golden]") {
  const auto rows = by_name("ours_listing_completing.out");
  CHECK(rows.at("arrayheld").array == array_tasks{32, {}, "1-399:2%7"});
  CHECK(rows.at("partiallycancelled").array == array_tasks{35, {}, "0,2,4,10-20"});
  CHECK(rows.at("onetask").array == array_tasks{34, 7, ""});
  CHECK(rows.at("arraycancel").array == array_tasks{33, {}, "0-9999"});
  CHECK(rows.at("exit0").array == array_tasks{});
  const auto all = parse_all(capture_file("22.05.8", "ours_listing_completing.out")).rows;
  // The task that started last has the array's own id.
  CHECK(std::any_of(all.begin(), all.end(),
                    [](const queue_row& r) { return r.job_id == 30 && r.array.task_id == 5; }));
}

TEST_CASE("the rest of a name behind a newline is never a job", "[slurm][queue][golden]") {
  const auto out = parse_all(capture_file("22.05.8", "ours_listing_running.out"));
  const auto none =
      std::none_of(out.rows.begin(), out.rows.end(), [](const queue_row& r) { return r.job_id == 123; });
  CHECK(none);
  REQUIRE(out.bad.size() == 1);
  CHECK(out.bad.front() == bad_row{"123|456|789", "too few fields", 123, 456});
}

TEST_CASE("a name that forges a whole row voids the job it speaks for", "[slurm][queue][golden]") {
  const auto listing = read_listing(settle::tests::capture("22.05.8", "ours_listing_running"));
  REQUIRE(listing);
  const auto one = [](const queue_row& r) { return r.job_id == 1; };
  CHECK(std::none_of(listing->rows.begin(), listing->rows.end(), one));
  CHECK(std::count_if(listing->bad.begin(), listing->bad.end(),
                      [](const bad_row& b) { return b.job_id == 1u; }) == 2);
}

TEST_CASE("a row printed twice alike is not a contradiction", "[slurm][queue]") {
  const auto listing = read_listing(settle::tests::said(good + good));
  REQUIRE(listing);
  CHECK(listing->rows.size() == 2);
  CHECK(listing->bad.empty());
}

TEST_CASE("rows that cannot be read are set aside with their job where it can be told", "[slurm][queue]") {
  struct example {
    std::string line;
    std::string why;
    std::optional<std::uint64_t> job;
    std::optional<std::uint64_t> array = 7;
  };
  const std::vector<example> examples{
      {"", "too few fields", {}, {}},
      {"CLUSTER: x", "too few fields", {}, {}},
      {"7|7|N/A|RUNNING|0|0|100|110|500|None", "too few fields", 7},
      {"7", "too few fields", {}, {}},
      {"7|7", "too few fields", 7, {}},
      {"91|7|3|PENDING|0|0|100", "too few fields", 91},
      {"x|7|N/A|RUNNING|0|0|100|110|500|None|n", "no job id", {}},
      {"0|7|N/A|RUNNING|0|0|100|110|500|None|n", "no job id", {}},
      {"-7|7|N/A|RUNNING|0|0|100|110|500|None|n", "no job id", {}},
      {"99999999999999999999|7|N/A|RUNNING|0|0|100|110|500|None|n", "no job id", {}},
      {"7|7|1,3,...|PENDING|0|0|100|N/A|N/A|None|n", "the array's tasks are cut or unreadable", 7},
      {"7|7||PENDING|0|0|100|N/A|N/A|None|n", "the array's tasks are cut or unreadable", 7},
      {"7|x|3|PENDING|0|0|100|N/A|N/A|None|n", "the array's id is unreadable", 7, {}}};
  for (const auto& e : examples) {
    INFO(e.line);
    const auto out = parse_all(good + e.line + "\n" + good);
    CHECK(out.rows.size() == 2);
    REQUIRE(out.bad.size() == 1);
    CHECK(out.bad.front() == bad_row{e.line, e.why, e.job, e.array});
  }
}

TEST_CASE("two rows for one task of an array, or a row of its own beside the waiting rest, are not believed",
          "[slurm][queue]") {
  const std::string waiting = "30|30|3-5,9|PENDING|0|0|100|N/A|N/A|Priority|n.0abc-0-1\n";
  const auto believed = [](const std::string& text) {
    const auto listing = read_listing(settle::tests::said(text));
    REQUIRE(listing);
    std::vector<std::uint64_t> out;
    for (const auto& row : listing->rows)
      out.push_back(row.job_id);
    return out;
  };
  using ids = std::vector<std::uint64_t>;
  CHECK(believed(waiting + "41|30|2|RUNNING|0|0|100|110|500|None|n.0abc-0-1\n") == ids{30, 41});
  CHECK(believed(waiting + "41|30|4|COMPLETED|0|0|100|110|500|None|n.0abc-0-1\n" + good) == ids{7});
  CHECK(believed(
            "41|30|4|COMPLETED|0|0|100|110|500|None|n.0abc-0-1\n42|30|4|FAILED|256|0|100|110|500|None|x\n" +
            good) == ids{7});
}

TEST_CASE("fields that say nothing are absent, and the row stands", "[slurm][queue]") {
  const auto out = parse_all("7|7|N/A|SOMETHING_NEW|-2|-1|2026-11-23T01:47:31|Unknown|NONE||\n");
  REQUIRE(out.rows.size() == 1);
  const auto& row = out.rows.front();
  CHECK(row.state.has(state_flag::unknown));
  CHECK(row.word == "SOMETHING_NEW");
  CHECK(row.exit == code{});
  CHECK_FALSE(row.restarts);
  CHECK_FALSE(row.submit);
  CHECK_FALSE(row.start);
  CHECK_FALSE(row.end);
  CHECK(row.name.empty());
}

TEST_CASE("a last line without its newline is cut and not believed", "[slurm][queue]") {
  bool whole = true;
  const auto out = parse_queue(good + "8|8|N/A|COMPLETED|0|0|100|110|500|None|nam", whole);
  CHECK_FALSE(whole);
  CHECK(out.rows.size() == 1);
  REQUIRE(out.bad.size() == 1);
  CHECK(out.bad.front().job_id == 8u);
  CHECK(parse_queue("12", whole).bad.front().job_id == std::nullopt);
  CHECK(parse_queue("", whole).rows.empty());
  CHECK(whole);
}

TEST_CASE("of a long bad row 200 bytes are kept", "[slurm][queue]") {
  const auto bad = parse_all(std::string(5000, 'x') + "name\n").bad.front();
  CHECK(bad.first_bytes == std::string(200, 'x'));
  CHECK(bad.last_bytes == std::string(196, 'x') + "name");
  CHECK_FALSE(bad.cut);  // the name is there
}

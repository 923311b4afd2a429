// Every spelling of a value in the JSON of Slurm 21.08 to 26.05, one field at a time, and what a spelling that nobody
// has seen yet does: it costs its own row, or nothing.
#include "io/slurm/parse.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;

namespace {

constexpr auto unset = R"({"set":false,"infinite":false,"number":0})";

std::string tri(const std::string& number) {
  return R"({"set":true,"infinite":false,"number":)" + number + "}";
}

std::string with_jobs(const std::string& jobs) {
  return R"({"meta":{},"jobs":[)" + jobs + R"(],"errors":[],"warnings":[]})";
}

/// A listing of one job of user 7 with these fields besides its id and state.
std::string listing_of(const std::string& fields) {
  return with_jobs(R"({"job_id":5,"job_state":["RUNNING"],"user_id":7,)" + fields + "}");
}
std::string accounting_of(const std::string& fields) {
  return with_jobs(R"({"job_id":5,"state":{"current":["RUNNING"],"reason":"None"},)" + fields + "}");
}

table<queue_row> listing(const std::string& document) {
  INFO(document);
  auto out = parse_queue_json(document, 7);
  REQUIRE(out);
  return *out;
}
table<account_record> accounting(const std::string& document) {
  INFO(document);
  auto out = parse_accounting_json(document);
  REQUIRE(out);
  return *out;
}

queue_row listed(const std::string& fields) {
  const auto out = listing(listing_of(fields));
  REQUIRE(out.rows.size() == 1);
  return out.rows.front();
}
account_record accounted(const std::string& fields) {
  const auto out = accounting(accounting_of(fields));
  REQUIRE(out.rows.size() == 1);
  return out.rows.front();
}

job_state state(std::optional<base_state> base, auto... flags) {
  return {base, (0u | ... | static_cast<std::uint32_t>(flags)), false};
}

}  // namespace

TEST_CASE("a number is read alone, as a tri-state or as a word", "[slurm][json]") {
  const std::vector<std::pair<std::string, std::optional<std::int64_t>>> spellings{
      {"1795398461", 1795398461},
      {"1795398461.0", 1795398461},
      {R"("1795398461")", 1795398461},
      {tri("1795398461"), 1795398461},
      {tri("1795398461.0"), 1795398461},
      {R"({"number":1795398461})", 1795398461},
      {R"({"number":1795398461,"infinite":false,"set":true})", 1795398461},
      {R"({"number":1795398461,"set":true,"since":"v0.0.99"})", 1795398461},
      {"0", {}},
      {"-2", {}},
      {"null", {}},
      {R"("")", {}},
      {R"("Infinity")", {}},
      {R"("Unknown")", {}},
      {"4294967294", {}},
      {"18446744073709551614", {}},
      {"99999999999999999999999", {}},
      {unset, {}},
      {tri("0"), {}},
      {R"({"set":false,"infinite":true,"number":0})", {}},
      {R"({"set":true,"infinite":true,"number":5})", {}},
  };
  for (const auto& [spelling, expected] : spellings) {
    INFO(spelling);
    CHECK(listed("\"submit_time\":" + spelling).submit == expected);
    CHECK(accounted("\"time\":{\"submission\":" + spelling + "}").submit == expected);
  }
}

TEST_CASE("a count that does not fit is unknown", "[slurm][json]") {
  CHECK(listed("\"restart_cnt\":3").restarts == 3u);
  for (const auto* count : {"-1", "4294967296", "9223372036854775807", "null"}) {
    INFO(count);
    CHECK_FALSE(listed("\"restart_cnt\":" + std::string(count)).restarts);
    CHECK_FALSE(
        accounted("\"tres\":{\"allocated\":[{\"type\":\"cpu\",\"count\":" + std::string(count) + "}]}").cpus);
  }
}

TEST_CASE("a field of a wrong kind voids its row and no other", "[slurm][json]") {
  for (const auto* wrong :
       {"true", "[]", "[5]", "{}", R"({"set":true})", R"("soon")", "1.5", R"({"set":1,"number":5})", "NaN",
        R"({"set":true,"infinite":false,"number":{}})", "5x", "\"\\ud800\""}) {
    INFO(wrong);
    const auto out = listing(with_jobs(R"({"job_id":4,"job_state":"PENDING"},)"
                                       R"({"start_time":)" +
                                       std::string(wrong) +
                                       R"(,"job_id":5,"job_state":["RUNNING"]},)"
                                       R"({"job_id":6,"job_state":["FAILED"]})"));
    REQUIRE(out.rows.size() == 2);
    CHECK(out.rows[0].job_id == 4);
    CHECK(out.rows[1].job_id == 6);
    REQUIRE(out.bad.size() == 1);
    CHECK(out.bad[0].job_id == 5);
    CHECK(out.bad[0].why == "its field `start_time` cannot be read");
    CHECK(out.bad[0].first_bytes.starts_with(R"({"start_time":)" + std::string(wrong)));
  }
}

TEST_CASE("what no rule reads may hold anything", "[slurm][json]") {
  for (const auto* value :
       {"NaN", "-Infinity", R"({"a":[1,{"job_id":9}]})", "\"\\ud800\"", "1e999", "[[[]]]"}) {
    INFO(value);
    CHECK(listed("\"billable_tres\":" + std::string(value) + ",\"name\":\"n\"").name == "n");
  }
}

TEST_CASE("a job that does not say its id or state is set aside", "[slurm][json]") {
  const std::vector<std::pair<std::string, bad_row>> jobs{
      {R"({"job_state":"RUNNING"})",
       {R"({"job_state":"RUNNING"}],"errors":[],"warnings":[]})", "no job id", {}}},
      {R"({"job_id":0,"job_state":"RUNNING"})", {{}, "no job id", {}}},
      {R"({"job_id":4294967295,"job_state":"RUNNING"})", {{}, "no job id", {}}},
      {R"({"job_id":"50_1","state":["COMPLETED"]})", {{}, "its field `job_id` cannot be read", {}}},
      {R"({"job_id":5})", {{}, "no state", 5}},
      {R"({"job_id":5,"job_state":[]})", {{}, "no state", 5}},
      {R"({"job_id":5,"job_state":[3]})", {{}, "its field `job_state` cannot be read", 5}},
      {R"(5)", {{}, "no JSON object", {}}},
      {R"(["job"])", {{}, "no JSON object", {}}},
      {R"({"job_id":5,"job_state":"PENDING","array_job_id":5,"array_task_string":"1,3-"})",
       {{}, "the array's tasks are cut or unreadable", 5}},
      {R"({"job_id":5,"job_state":"PENDING","array_job_id":5,"array_task_string":"1,11,...4%7"})",
       {{}, "the array's tasks are cut or unreadable", 5}}};
  for (const auto& [job, expected] : jobs) {
    const auto out = listing(with_jobs(job));
    CHECK(out.rows.empty());
    REQUIRE(out.bad.size() == 1);
    CHECK(out.bad[0].why == expected.why);
    CHECK(out.bad[0].job_id == expected.job_id);
    CHECK(out.bad[0].first_bytes.starts_with(job));
  }
}

TEST_CASE("a state is one word or a list, and a list keeps base and flags", "[slurm][json][state]") {
  using enum base_state;
  const std::vector<std::pair<std::string, job_state>> states{
      {R"("FAILED")", state(failed)},
      {R"("COMPLETING")", state({}, state_flag::completing)},
      {R"(["FAILED"])", state(failed)},
      {R"(["FAILED","COMPLETING"])", state(failed, state_flag::completing)},
      {R"(["PENDING","REQUEUED","SPECIAL_EXIT"])",
       state(pending, state_flag::requeued, state_flag::special_exit)},
      {R"(["RUNNING","POWER_UP_NODE"])", state(running, state_flag::power_up_node)},
      {R"(["COMPLETED","HIBERNATING"])", state(completed, state_flag::unknown)},
      {R"("HIBERNATING")", state({}, state_flag::unknown)}};
  for (const auto& [text, expected] : states) {
    INFO(text);
    const auto job = listing(with_jobs(R"({"job_id":5,"job_state":)" + text + "}"));
    REQUIRE(job.rows.size() == 1);
    CHECK(job.rows[0].state == expected);
    const auto record = accounting(with_jobs(R"({"job_id":5,"state":{"current":)" + text + "}}"));
    REQUIRE(record.rows.size() == 1);
    CHECK(record.rows[0].state == expected);
  }
  CHECK(listing(with_jobs(R"({"job_id":5,"job_state":["FAILED","COMPLETING"]})")).rows.at(0).word ==
        "FAILED+COMPLETING");
}

TEST_CASE("an exit code is a wait status or its parts, and never a guess", "[slurm][json][code]") {
  const auto parts = [](const std::string& status, const std::string& code, const std::string& signal) {
    return R"({"status":)" + status + R"(,"return_code":)" + code + R"(,"signal":)" + signal + "}";
  };
  const std::string no_signal = R"({"id":{"set":false,"infinite":false,"number":0},"name":""})";
  const std::vector<std::pair<std::string, code>> codes{
      {"0", {0, 0}},
      {"768", {3, 0}},
      {"35072", {137, 0}},
      {"9", {0, 9}},
      {"4021", {0, 53}},  // 53, with the bit of a core dump
      {tri("768"), {3, 0}},
      {unset, {}},
      {"null", {}},
      {"-1", {}},
      {parts(R"(["SUCCESS"])", tri("0"), no_signal), {0, 0}},
      {parts(R"(["ERROR"])", tri("137"), no_signal), {137, 0}},
      {parts(R"(["ERROR"])", "3", R"({"id":null,"name":null})"), {3, 0}},
      {parts(R"(["SIGNALED"])", unset, R"({"id":)" + tri("9") + R"(,"name":"KILL"})"), {0, 9}},
      {parts(R"(["CORE_DUMPED"])", unset, R"({"id":)" + tri("11") + R"(,"name":"11"})"), {0, 11}},
      {parts(R"(["PENDING"])", tri("0"), no_signal), {}},
      {parts(R"(["INVALID"])", tri("0"), no_signal), {}},
      {parts(R"(["SIGNALED"])", tri("0"), no_signal), {}},
      {parts(R"(["EVAPORATED"])", tri("0"), no_signal), {}},
      {parts(R"(["ERROR"])", tri("-128"), no_signal), {}},
      {parts(R"(["ERROR"])", tri("256"), no_signal), {}},
      // Up to 23.02 sacct prints SUCCESS and 0 for every exit; signals are right.
      {R"({"status":"SUCCESS","return_code":0})", {}},
      {R"({"status":"PENDING","return_code":null})", {}},
      {R"({"status":"SIGNALED","return_code":null,"signal":{"signal_id":9,"name":"Killed"}})", {0, 9}},
      {R"({"status":"SIGNALED","return_code":-127,"signal":{"signal_id":15,"name":"Terminated"}})", {0, 15}},
      {R"({"status":"SIGNALED","return_code":-127})", {}},
      {"{}", {}}};
  for (const auto& [text, expected] : codes) {
    INFO(text);
    CHECK(listed("\"exit_code\":" + text).exit == expected);
    CHECK(accounted("\"exit_code\":" + text).exit == expected);
    CHECK(accounted("\"derived_exit_code\":" + text).derived == expected);
  }
}

TEST_CASE("an array's record says one task or those that wait", "[slurm][json][array]") {
  const std::vector<std::pair<std::string, array_tasks>> records{
      {R"("array_job_id":0,"array_task_id":null,"array_task_string":"")", {}},
      {R"("array_job_id":)" + tri("0") + R"(,"array_task_id":)" + unset, {}},
      {R"("array_job_id":145,"array_task_id":3,"array_task_string":"")", {145, 3, ""}},
      {R"("array_task_id":)" + tri("0") + R"(,"array_job_id":)" + tri("145"), {145, 0, ""}},
      {R"("array_job_id":)" + tri("145") + R"(,"array_task_id":)" + unset +
           R"(,"array_task_string":"1,3-9%4")",
       {145, {}, "1,3-9%4"}},
      {R"("array_job_id":145,"array_task_id":null,"array_task_string":null)", {}}};
  for (const auto& [fields, expected] : records) {
    INFO(fields);
    CHECK(listed(fields).array == expected);
  }
  const auto limited =
      R"("array":{"job_id":145,"limits":{"max":{"running":{"tasks":4}}},"task_id":null,"task":)";
  CHECK(accounted(limited + std::string(R"("0x3FA"})")).array == array_tasks{145, {}, "1,3-9%4"});
  CHECK(accounted(limited + std::string(R"("1,3-9"})")).array == array_tasks{145, {}, "1,3-9%4"});
  CHECK(accounted(R"("array":{"job_id":145,"task_id":)" + tri("7") + "}").array == array_tasks{145, 7, ""});
  CHECK(accounting(accounting_of(limited + std::string(R"("0x3..."})"))).bad.size() == 1);
}

TEST_CASE("components of a heterogeneous job are jobs of their own in JSON too", "[slurm][json]") {
  const auto out =
      listing(with_jobs(R"({"job_id":108,"job_state":["PENDING"],"het_job_id":)" + tri("108") +
                        R"(},{"job_id":109,"job_state":["PENDING"],"het_job_offset":)" + tri("1") + "}"));
  REQUIRE(out.rows.size() == 2);
  CHECK(out.rows[1].job_id == 109);
  CHECK(out.rows[1].array == array_tasks{});
}

TEST_CASE("steps follow their job, however their ids are spelled", "[slurm][json][accounting]") {
  for (const auto& [id, expected] :
       std::vector<std::pair<std::string, std::string>>{{R"("5.batch")", "batch"},
                                                        {R"("5.0")", "0"},
                                                        {R"("batch")", "batch"},
                                                        {"0", "0"},
                                                        {R"({"job_id":5,"step_id":"extern"})", "extern"},
                                                        {R"({"job_id":5,"step_id":2})", "2"},
                                                        {R"("5+1.batch")", "batch"}}) {
    INFO(id);
    const auto out = accounting(accounting_of(
        R"("name":"n","steps":[{"step":{"id":)" + id +
        R"(,"name":"s"},"state":["FAILED"],"kill_request_user":"","nodes":{"count":1,"range":"n[1-2]"},)"
        R"("time":{"start":1795398461,"elapsed":2,"total":{"seconds":1,"microseconds":2999}},)"
        R"("tres":{"requested":{"max":[{"type":"mem","count":5279744}]},"allocated":[{"type":"cpu","count":4}]}}],)"
        R"("array":{"job_id":3,"task_id":1})"));
    REQUIRE(out.rows.size() == 2);
    CHECK(out.rows[0].step.empty());
    CHECK(out.rows[0].name == "n");
    account_record step;
    step.job_id = 5;
    step.step = expected;
    step.array = {3, 1, ""};
    step.state = state(base_state::failed);
    step.word = "FAILED";
    step.start = 1795398461;
    step.elapsed_s = 2;
    step.cpu_ms = 1002;
    step.max_rss_bytes = 5279744;
    step.cpus = 4;
    step.node_list = "n[1-2]";
    step.name = "s";
    CHECK(out.rows[1] == step);
  }
}

TEST_CASE("a step that cannot be read is told as its job's", "[slurm][json][accounting]") {
  for (const auto* step : {R"({"step":{"id":true},"state":["FAILED"]})", R"({"state":["FAILED"]})",
                           R"({"step":{"id":"5.0"}})", "7"}) {
    INFO(step);
    const auto out = accounting(accounting_of(R"("steps":[)" + std::string(step) + "]"));
    CHECK(out.rows.size() == 1);
    REQUIRE(out.bad.size() == 1);
    CHECK(out.bad[0].job_id == 5);
    CHECK(out.bad[0].first_bytes.starts_with(step));
  }
}

TEST_CASE("JSON names the canceller beside the state, and only a cancelled job has one",
          "[slurm][json][accounting]") {
  const auto cancelled = [](const std::string& state, const std::string& user) {
    return accounting(with_jobs(R"({"job_id":5,"state":{"current":)" + state + R"(},"kill_request_user":)" +
                                user + "}"))
        .rows.at(0)
        .state.canceller_known;
  };
  CHECK(cancelled(R"(["CANCELLED"])", R"("tester")"));
  CHECK(cancelled(R"("CANCELLED")", R"("root")"));
  CHECK_FALSE(cancelled(R"(["PREEMPTED"])", R"("root")"));
  for (const auto* nobody : {R"("")", "null", R"("nobody")"})
    CHECK_FALSE(cancelled(R"(["CANCELLED"])", nobody));
}

// scripthut's run.json: what is read of it, and what its records of an end mean.
#include "io/job_id.hpp"
#include "runtime/iso_time.hpp"
#include "runtime/left_run.hpp"
#include "runtime/scripthut_outcome.hpp"
#include "runtime/scripthut_run.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <cstdlib>

using namespace settle;
using core::cause;
using core::evidence;
using core::item_status;

namespace fs = std::filesystem;

namespace {

scripthut_item over(item_status status, const std::string& job, const std::string& state,
                    std::optional<std::int64_t> code, const std::string& error = "") {
  scripthut_item item;
  item.status = status;
  item.job_id = job;
  item.scheduler_state = state;
  item.exit_code = code;
  item.error = error;
  return item;
}

core::verdict verdict_of(const scripthut_item& item) {
  const auto it = outcome_of(item, false, core::duration(5));
  REQUIRE(it.has_value());
  CHECK(core::broken_rule(*it).empty());
  CHECK(it->status == item.status);
  CHECK(it->finished_at == item.finished_at.value_or(core::duration(5)));
  return *it->reached;
}

const std::string marker{core::unconfirmed_marker};

}  // namespace

TEST_CASE("dates of Python's are read to the millisecond, and nothing else is", "[program][scripthut]") {
  using std::chrono::milliseconds;
  CHECK(time_of_iso("1970-01-01T00:00:00") == milliseconds(0));
  CHECK(time_of_iso("1970-01-01T00:00:01.5+00:00") == milliseconds(1500));
  CHECK(time_of_iso("1970-01-01T00:00:01.999999Z") == milliseconds(1999));
  CHECK(time_of_iso("1970-01-01 02:00:00+02:00") == milliseconds(0));
  CHECK(time_of_iso("1969-12-31T23:00:00-01:00") == milliseconds(0));
  CHECK(time_of_iso("2024-02-29T12:00:00+00:00").has_value());
  for (const core::duration at : {milliseconds(1'772'366'400'123), milliseconds(0), milliseconds(-1)})
    CHECK(time_of_iso(iso_time(at)) == at);
  for (const char* text :
       {"", "2023-02-29T12:00:00", "2026-13-01T00:00:00", "2026-01-01", "2026-01-01T24:00:00",
        "2026-01-01T00:00", "2026-01-01T00:00:00.", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00+01:00 ",
        "2026-01-01T00:00:00Zz", "1772366400", "26-01-01T00:00:00"})
    CHECK_FALSE(time_of_iso(text));
}

TEST_CASE("a completion of scripthut's is confirmed only where it recorded how the job ended",
          "[program][scripthut]") {
  const auto completed = [](const std::string& state, std::optional<std::int64_t> code,
                            const std::string& error) {
    return verdict_of(over(item_status::completed, "7", state, code, error));
  };
  for (const auto& v : {completed("COMPLETED", 0, ""), completed("CACHED", 0, ""), completed("", 0, "")}) {
    CHECK(v.who == evidence::imported);
    CHECK(v.exit_code == 0);
    CHECK(v.error.empty());
  }
  // Before 0.10 no exit code was kept: not known is not 0.
  const auto old = completed("COMPLETED", {}, "");
  CHECK(old.who == evidence::imported);
  CHECK_FALSE(old.exit_code);
  for (const auto& v :
       {completed("", {}, ""), completed("RUNNING", {}, ""), completed("SUCCEEDED", {}, "")}) {
    CHECK(v.who == evidence::none);
    CHECK(v.error == marker);
    CHECK_FALSE(v.exit_code);
  }
  CHECK(completed("", {}, marker + "; x").error == marker + "; x");
  CHECK(completed("", {}, "odd").error == marker + ": odd");
}

TEST_CASE("scripthut's marker counts only where nothing later confirms", "[program][scripthut]") {
  for (const auto code : {std::optional<std::int64_t>(0), std::optional<std::int64_t>()}) {
    const auto late = verdict_of(over(item_status::completed, "7", "COMPLETED", code, marker + "; x"));
    CHECK(late.who == evidence::imported);
    CHECK(late.exit_code == code);
    CHECK((late.error.empty() && late.warning.empty()));
  }
  // A code without accounting's state is left from before a rerun, or of a row that was no end yet.
  for (const int code : {0, 3}) {
    const auto stale = verdict_of(over(item_status::completed, "7", "", code, marker));
    CHECK(stale.who == evidence::none);
    CHECK(stale.error == marker);
    CHECK_FALSE(stale.exit_code);
  }
}

TEST_CASE("a completion that scripthut's own record contradicts is none", "[program][scripthut]") {
  CHECK_FALSE(outcome_of(over(item_status::completed, "7", "COMPLETED", 3), false, {}));
  CHECK_FALSE(outcome_of(over(item_status::completed, "7", "TIMEOUT", 0), false, {}));
}

TEST_CASE("a failure of scripthut's has the cause that it recorded", "[program][scripthut]") {
  const auto [state, code, error, job, why,
              who] = GENERATE(table<const char*, int, const char*, const char*, cause, evidence>({
      {"FAILED", 3, "x", "7", cause::exit_nonzero, evidence::imported},
      {"TIMEOUT", 0, "x", "7", cause::timeout, evidence::imported},
      {"OUT_OF_MEMORY", 0, "x", "7", cause::out_of_memory, evidence::imported},
      {"CANCELLED by 1000", 0, "x", "7", cause::cancelled, evidence::imported},
      {"NODE_FAIL", 0, "x", "7", cause::node_failure, evidence::imported},
      {"PREEMPTED", 0, "x", "7", cause::preempted, evidence::imported},
      {"BOOT_FAIL", 0, "x", "7", cause::boot_failure, evidence::imported},
      {"DEADLINE", 0, "x", "7", cause::deadline, evidence::imported},
      {"", 0, "Cancelled", "7", cause::cancelled, evidence::imported},
      {"", 0, "Cancelled", "", cause::cancelled, evidence::not_applicable},
      {"", 0, "sbatch accepted the job but the scheduler has no record of it", "7", cause::never_recorded,
       evidence::imported},
      {"", 1, "Job vanished before being observed running", "7", cause::never_recorded, evidence::imported},
      {"", 0, "sbatch: error: no", "", cause::rejected, evidence::not_applicable},
      {"", 0, "", "7", cause::exit_nonzero, evidence::imported},
      // What the queue said, where accounting says nothing.
      {"", 0, "Slurm job TIMEOUT", "7", cause::timeout, evidence::imported},
      {"", 0, "Slurm job OUT_OF_ME+", "7", cause::out_of_memory, evidence::imported},
      {"", 0, "Slurm job NODE_FAIL", "7", cause::node_failure, evidence::imported},
      {"", 0, "Slurm job CANCELLED", "7", cause::cancelled, evidence::imported},
      {"", 0, "Slurm job FAILED", "7", cause::exit_nonzero, evidence::imported},
      {"OUT_OF_MEMORY", 0, "Slurm job FAILED", "7", cause::out_of_memory, evidence::imported},
      // The words of PBS and of machines for rent.
      {"WALLTIME_EXCEEDED", 0, "x", "7.pbs", cause::timeout, evidence::imported},
      {"MEM_EXCEEDED", 0, "x", "7.pbs", cause::out_of_memory, evidence::imported},
      {"LAUNCH_FAILED", 0, "x", "i-7", cause::boot_failure, evidence::imported},
      {"TERMINATED_EARLY", 0, "x", "i-7", cause::node_failure, evidence::imported},
  }));
  INFO(state << " " << error);
  const auto v =
      verdict_of(over(item_status::failed, job, state,
                      code == 0 && *job == '\0' ? std::nullopt : std::optional<std::int64_t>(code), error));
  CHECK(v.why == why);
  CHECK(v.who == who);
  // A 0 beside a failure would read as success.
  CHECK(v.exit_code == (code == 0 ? std::nullopt : std::optional(code)));
  CHECK_FALSE(v.error.empty());
  CHECK(v.facts.raw_state == state);
}

TEST_CASE("what is left of an exit code from before a rerun is none of this end's", "[program][scripthut]") {
  const auto refused = verdict_of(over(item_status::failed, "", "", 3, "sbatch: error: no"));
  CHECK(refused.why == cause::rejected);
  CHECK(refused.who == evidence::not_applicable);
  CHECK_FALSE(refused.exit_code);
  CHECK_FALSE(verdict_of(over(item_status::failed, "", "", 3, "Cancelled")).exit_code);
  // What the queue showed came without a code.
  const auto ended = verdict_of(over(item_status::failed, "7", "", 3, "Slurm job TIMEOUT"));
  CHECK(ended.why == cause::timeout);
  CHECK_FALSE(ended.exit_code);
}

TEST_CASE("what scripthut did not measure is not known, never 0", "[program][scripthut]") {
  auto item = over(item_status::completed, "7", "COMPLETED", 0);
  item.cpu_percent = 0;
  CHECK_FALSE(verdict_of(item).facts.cpu_efficiency);
  CHECK_FALSE(verdict_of(item).facts.max_rss_bytes);
  CHECK_FALSE(verdict_of(item).facts.elapsed_s);
  item.cpu_percent = 25;
  CHECK(verdict_of(item).facts.cpu_efficiency == 0.25);
  for (const auto& [text, bytes] : {std::pair{"1.5G", 1'610'612'736L}, std::pair{"512M", 536'870'912L},
                                    std::pair{"4K", 4096L}, std::pair{"100B", 100L}}) {
    item.max_rss = text;
    CHECK(verdict_of(item).facts.max_rss_bytes == bytes);
  }
  for (const char* text : {"", "0", "-1K", "G", "1.5X", "1GB", "inf", "nan", "1e300P"}) {
    item.max_rss = text;
    CHECK_FALSE(verdict_of(item).facts.max_rss_bytes);
  }
}

TEST_CASE("ids that are no numbers of Slurm's are none", "[program][scripthut]") {
  CHECK(slurm_id_of("4711") == 4711);
  CHECK(slurm_id_of("123_4") == settle::io::array_task_id(123, 4));
  for (const char* id : {"", "0", "123_", "i-0abc", "123.server", " 5", "+5", "99999999999999999999"})
    CHECK(slurm_id_of(id) == 0);
}

TEST_CASE("a start that is the submission's own time was never seen", "[program][scripthut]") {
  const auto item_of = [](const std::string& started) {
    auto read = read_scripthut_run(
        R"({"id": "a", "workflow_name": "w", "created_at": "2026-01-01T00:00:00", "items": [
      {"task": {"id": "t", "name": "t", "command": "c"}, "status": "completed", "job_id": "7",
       "scheduler_state": "COMPLETED", "finished_at": "2026-01-01T00:00:09",
       "started_at": ")" +
        started + R"(", "submitted_at": "2026-01-01T00:00:01.000002+00:00"}]})");
    REQUIRE(read.problems.empty());
    return read.run.items.at(0);
  };
  const auto unseen = item_of("2026-01-01T00:00:01.000002+00:00");
  CHECK(unseen.submitted_at);
  CHECK_FALSE(unseen.started_at);
  CHECK_FALSE(verdict_of(unseen).facts.elapsed_s);
  CHECK(verdict_of(item_of("2026-01-01T00:00:05")).facts.elapsed_s == 4);
}

TEST_CASE("of a name then and a name today the one that says something counts", "[program][scripthut]") {
  const auto item_of = [](const std::string& members) {
    auto read = read_scripthut_run(
        R"({"id": "a", "workflow_name": "w", "created_at": "2026-01-01T00:00:00", "items": [
      {"task": {"id": "t", "name": "t", "command": "c"}, "status": "failed", )" +
        members + "}]}");
    REQUIRE(read.problems.empty());
    return read.run.items.at(0);
  };
  CHECK(item_of(R"("job_id": "1", "slurm_job_id": "2")").job_id == "1");
  CHECK(item_of(R"("slurm_job_id": "2", "job_id": "1")").job_id == "1");
  CHECK(item_of(R"("job_id": "", "slurm_job_id": "2")").job_id == "2");
  CHECK(item_of(R"("job_id": null, "slurm_job_id": "2")").job_id == "2");
  CHECK(item_of(R"("sacct_state": "FAILED")").scheduler_state == "FAILED");
  CHECK_FALSE(item_of(R"("sacct_state": "FAILED")").exit_code);
}

TEST_CASE("a run's folder appears whole, or not at all", "[program][scripthut]") {
  std::string state = (fs::temp_directory_path() / "settle-left-XXXXXX").string();
  REQUIRE(::mkdtemp(state.data()) != nullptr);
  CHECK(leave_run(state, "r1", {{"a", "1"}, {"b", "2"}}).has_value());
  CHECK(fs::file_size(state + "/runs/r1/b") == 1);
  const auto again = leave_run(state, "r1", {{"a", "other"}});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == io::errc::bad_input);
  CHECK(fs::file_size(state + "/runs/r1/a") == 1);
  const auto wrong = leave_run(state, "r2", {{"a", "1"}, {"no/such/folder", "2"}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == io::errc::storage);
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(state))
    left.push_back(fs::relative(entry.path(), state));
  std::sort(left.begin(), left.end());
  CHECK(left == std::vector<std::string>{"runs", "runs/r1", "runs/r1/a", "runs/r1/b"});
  fs::remove_all(state);
}

#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace settle::slurm;
using settle::tests::capture_file;

namespace {

table<account_record> parse_all(std::string_view text) {
  bool whole = false;
  auto out = parse_accounting(text, whole);
  CHECK(whole);
  return out;
}

/// The records of the job with this name, steps included, in order.
std::vector<account_record> records_of(const table<account_record>& all, const std::string& name) {
  const auto named = [&](const account_record& r) { return r.step.empty() && r.name == name; };
  const auto main = std::find_if(all.rows.begin(), all.rows.end(), named);
  std::vector<account_record> out;
  if (main == all.rows.end())
    return out;
  std::copy_if(all.rows.begin(), all.rows.end(), std::back_inserter(out),
               [&](const account_record& r) { return r.job_id == main->job_id; });
  return out;
}

const std::string good = "7|7|RUNNING|0:0|0:0|100|110|Unknown|5|00:00:00||1|n1|name\n";

}  // namespace

TEST_CASE("one record is read field by field", "[slurm][accounting]") {
  const auto out = parse_all("40.batch|30_3.batch|CANCELLED by "
                             "5|0:15||1795425812|1795425813|1795425814|1|00:01.002|3208K|4|n[1-3],n7|a|b\n");
  REQUIRE(out.rows.size() == 1);
  account_record r;
  r.job_id = 40;
  r.step = "batch";
  r.array = {30, 3, ""};
  r.state = {base_state::cancelled, 0, true};
  r.word = "CANCELLED by 5";
  r.exit = {0, 15};
  r.submit = 1795425812;
  r.start = 1795425813;
  r.end = 1795425814;
  r.elapsed_s = 1;
  r.cpu_ms = 1002;
  r.max_rss_bytes = 3208 * 1024;
  r.cpus = 4;
  r.node_list = "n[1-3],n7";
  r.name = "a|b";
  CHECK(out.rows.front() == r);
  CHECK(out.bad.empty());
}

TEST_CASE("recorded accounting gives jobs with their steps", "[slurm][accounting][golden]") {
  const auto all = parse_all(capture_file("22.05.8", "ours_accounting_settled.out"));
  // sacct of 22.05 prints codes from 128 on less 128.
  const std::map<std::string, std::pair<base_state, code>> mains{
      {"exit3", {base_state::failed, {3, 0}}},    {"exit127", {base_state::failed, {127, 0}}},
      {"exit128", {base_state::failed, {0, 0}}},  {"exit137", {base_state::failed, {9, 0}}},
      {"kill9", {base_state::failed, {0, 9}}},    {"badout", {base_state::failed, {0, 53}}},
      {"timeout", {base_state::timeout, {0, 0}}}, {"cancelrun", {base_state::cancelled, {0, 0}}}};
  for (const auto& [name, expected] : mains) {
    INFO(name);
    const auto records = records_of(all, name);
    REQUIRE(records.size() == 2);
    CHECK(records[0].state.base == expected.first);
    CHECK(records[0].exit == expected.second);
    CHECK(records[1].step == "batch");
    CHECK(records[1].derived == code{});
  }
  const auto steps = records_of(all, "stepfail");
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].derived == code{7, 0});
  CHECK(steps[3].step == "1");
  CHECK(steps[3].exit == code{7, 0});
  CHECK(records_of(all, "stepmem").at(2).max_rss_bytes == 306384 * 1024);
}

TEST_CASE("a requeued job has two main rows under one id", "[slurm][accounting][golden]") {
  const auto records =
      records_of(parse_all(capture_file("22.05.8", "ours_accounting_settled.out")), "requeue");
  REQUIRE(records.size() == 4);
  CHECK(records[0].state.has(state_flag::requeued));
  CHECK(records[0].end);
  CHECK(records[1].step == "batch");
  CHECK(records[2].step.empty());
  CHECK(records[2].state.base == base_state::running);
  CHECK(records[2].submit == 1795425817);
  CHECK_FALSE(records[2].end);
}

TEST_CASE("unknown, never started and not assigned are absent", "[slurm][accounting][golden]") {
  const auto all = parse_all(capture_file("22.05.8", "ours_accounting_settled.out"));
  const auto held = records_of(all, "held").at(0);
  CHECK_FALSE(held.start);
  CHECK_FALSE(held.end);
  CHECK(held.node_list.empty());
  CHECK_FALSE(held.max_rss_bytes);
  const auto cancelled = records_of(all, "heldcancel").at(0);
  CHECK_FALSE(cancelled.start);
  CHECK(cancelled.end);
  CHECK(cancelled.state.canceller_known);
  const auto failed_node = parse_all(capture_file("22.05.8", "ours_accounting_nodedown.out"));
  CHECK(records_of(failed_node, "nodefail").at(1).exit == code{});
}

TEST_CASE("after an outage a failure row without an end is just that", "[slurm][accounting][golden]") {
  const auto out = parse_all(capture_file("22.05.8", "ours_accounting_after_outage.out"));
  REQUIRE(out.rows.size() == 1);
  CHECK(out.rows[0].state.base == base_state::failed);
  CHECK(out.rows[0].exit == code{0, 0});
  CHECK_FALSE(out.rows[0].end);
}

TEST_CASE("array ids show tasks and ranges", "[slurm][accounting][golden]") {
  const auto all = parse_all(capture_file("22.05.8", "ours_accounting_settled.out"));
  CHECK(records_of(all, "arraycancel").at(0).array == array_tasks{33, {}, "0-9999"});
  CHECK(records_of(all, "onetask").at(0).array == array_tasks{34, 7, ""});
  const auto last =
      std::find_if(all.rows.begin(), all.rows.end(), [](const auto& r) { return r.job_id == 30; });
  REQUIRE(last != all.rows.end());
  CHECK(last->array == array_tasks{30, 5, ""});
}

TEST_CASE("newlines in names leave bad rows, never jobs", "[slurm][accounting][golden]") {
  const auto out = parse_all(capture_file("22.05.8", "ours_accounting_settled.out"));
  REQUIRE(out.bad.size() == 2);
  CHECK(out.bad[0] == bad_row{"123|456|789", "too few fields", 123, 456});
  // Written to forge a row of squeue: in sacct's columns it has too few.
  CHECK(out.bad[1].job_id == 1u);
  CHECK(std::none_of(out.rows.begin(), out.rows.end(), [](const auto& r) { return r.job_id == 123; }));
}

TEST_CASE("records that cannot be read are set aside", "[slurm][accounting]") {
  const std::string tail = "|COMPLETED|0:0|0:0|1|2|3|1|00:00:00||1|n1|name";
  const std::vector<std::pair<std::string, std::optional<std::uint64_t>>> examples{
      {"", {}},
      {"7|7|COMPLETED", 7},
      {"Problem talking to the database", {}},
      {"|7" + tail, {}},
      {"0|0" + tail, {}},
      {"7x|7" + tail, {}},
      {"7.|7" + tail, 7},
      {"7+0|7+0" + tail, {}},
      {"7_3|7_3" + tail, {}},
      {"4294967295|1" + tail, {}},
      {"7|" + tail, 7},
      {"7|145_[1,3,...]" + tail, 7},
      {"7|145_[1,11,...4...%7]" + tail, 7},
      {"7|145_[1,3,5" + tail, 7},
      {"7|145_[]" + tail, 7}};
  for (const auto& [line, job] : examples) {
    INFO(line);
    const auto out = parse_all(good + line + "\n" + good);
    CHECK(out.rows.size() == 2);
    REQUIRE(out.bad.size() == 1);
    CHECK(out.bad.front().job_id == job);
    CHECK(out.bad.front().first_bytes == line);
  }
}

TEST_CASE("components of a heterogeneous job are jobs of their own", "[slurm][accounting]") {
  const auto out = parse_all("109|108+1|COMPLETED|0:0|0:0|1|2|3|1|00:00:00||1|n1|het\n"
                             "109.0|108+1.0|COMPLETED|0:0||1|2|3|1|00:00:00|1M|1|n1|s\n");
  REQUIRE(out.rows.size() == 2);
  CHECK(out.rows[0].job_id == 109);
  CHECK(out.rows[0].array == array_tasks{});
  CHECK(out.rows[1].step == "0");
}

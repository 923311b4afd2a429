// A real Slurm whose daemons go away, hang and come back in the middle of a run: nothing of that is ever the news of a
// job.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <set>

namespace settle::live {
namespace {

using std::chrono::seconds;

plan gated_items(const std::string& folder, int count) {
  plan tasks(folder);
  for (int i = 0; i < count; ++i) {
    const int code = i % 4 == 3 ? 3 : 0;
    tasks.add("item-" + std::to_string(i), gated(folder + "/gate", code)).end = exits_with(code);
  }
  return tasks;
}

void open_gate(const std::string& folder) {
  write_file(folder + "/gate", "");
}

bool all_running(live_run& run, const plan& tasks) {
  return run.hear_until([&] { return run.heard().in_status("running") == tasks.size(); }, seconds{60});
}

}  // namespace

TEST_CASE("slurmctld is away while jobs end: no verdict before it is back, and then the true ones",
          "[live][outage]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("ctld-away");
  const auto tasks = gated_items(folder, 24);
  live_run run(slurm, folder, tasks);
  REQUIRE(all_running(run, tasks));
  slurm.daemon("stop", "slurmctld");
  open_gate(folder);
  run.go_on_for(seconds{15});
  CHECK(run.heard().terminal() == 0);
  CHECK(run.heard().in_status("running") == tasks.size());
  slurm.daemon("start", "slurmctld");
  CHECK(run.finish(seconds{100}) == 1);  // an outage of 15 s must not cost minutes afterwards
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.excess_calls() == "");
}

/// Jobs that begin and end while slurmdbd is away are the ones whose rows later read COMPLETED or FAILED 0:0 without an
/// end for some seconds. Twelve slots: failures, which the queue tells, make room; successes fill it, settling.
TEST_CASE("slurmdbd is away while jobs begin and end: none is called completed, and rows without an end "
          "never decide",
          "[live][outage]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("dbd-away");
  plan tasks(folder);
  for (int i = 0; i < 12; ++i)
    tasks.add("gated-" + std::to_string(i), gated(folder + "/gate", 3)).end = exits_with(3);
  for (int i = 0; i < 24; ++i)
    tasks.add("short-" + std::to_string(i), "exit " + std::to_string(i % 2 * 3)).end = exits_with(i % 2 * 3);
  live_run run(slurm, folder, tasks, {"--max-concurrent", "12"});
  REQUIRE(run.hear_until([&] { return run.heard().in_status("running") == 12; }, seconds{60}));
  slurm.daemon("stop", "slurmdbd");
  open_gate(folder);
  // Where the controller was slow, failures vanished unseen, settle too, and the slots are full earlier: also fine.
  run.hear_until([&] { return run.heard().in_status("settling") == 12; }, seconds{20});
  CHECK(run.heard().in_status("settling") > 0);
  CHECK(run.heard().in_status("completed") == 0);
  slurm.daemon("start", "slurmdbd");
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.excess_calls() == "");
}

/// Longer than any sbatch waits: by itself it gives up after MessageTimeout, 20 s here.
TEST_CASE("slurmctld hangs beyond the command deadline while items are submitted: each runs exactly once",
          "[live][outage]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("ctld-hung");
  plan tasks(folder);
  for (int i = 0; i < 300; ++i) {
    auto& task = tasks.add("item-" + std::to_string(i), i % 10 == 9 ? "exit 3" : "true");
    task.end = exits_with(i % 10 == 9 ? 3 : 0);
    task.end.attempt = std::nullopt;  // Slurm requeues a job that it had no time to launch
  }
  live_run run(slurm, folder, tasks, {"--command-deadline", "3s", "--no-arrays"});
  REQUIRE(run.hear_until([&] { return run.commands().count("sbatch") >= 20; }, seconds{60}));
  slurm.daemon("pause", "slurmctld");
  const auto heard = run.heard().terminal();
  run.go_on_for(seconds{22});
  slurm.daemon("resume", "slurmctld");
  REQUIRE(heard < tasks.size());
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.excess_calls() == "");
  std::set<std::string> jobs;
  for (const auto& task : tasks.tasks())
    jobs.insert(run.job_of(task.id));
  CHECK(jobs.size() == tasks.size());
}

}  // namespace settle::live

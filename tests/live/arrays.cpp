// Job arrays on a real Slurm: hundreds of tasks in a few sbatch calls, each with its own truth, some of them meddled
// with from outside by the names that Slurm gives to an array's tasks.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

namespace settle::live {
namespace {

using std::chrono::seconds;

/// All ask Slurm for the same.
plan mixed(const std::string& folder) {
  plan tasks(folder);
  auto& stopped = tasks.add("stopped", "sleep 600");
  stopped.how = meddling::cancel_when_running;
  stopped.end = ends_cancelled();
  auto& again = tasks.add("again", lives_twice());
  again.how = meddling::requeue_once;
  again.end.attempt = 2;
  again.end.executions = 2;
  for (int i = 0; tasks.size() < 300; ++i) {
    const auto n = std::to_string(i);
    switch (i % 10) {
    case 0:
      tasks.add("exit-137-" + n, "exit 137").end = exits_with_forgotten(137);
      break;
    case 1:
      tasks.add("exit-3-" + n, "exit 3").end = exits_with(3);
      break;
    case 2:
      tasks.add("killed-" + n, "kill -9 $$").end = ends_by_signal(9);
      break;
    case 3:
      tasks.add("named-" + n, "test \"$SETTLE_ITEM_ID\" = named-" + n + " && test $# = 0");
      break;
    default:
      tasks.add("plain-" + n, "true");
    }
  }
  return tasks;
}

/// One that waits with the rest of its array, held so that it never starts.
plan waiting(const std::string& folder) {
  plan tasks(folder);
  for (int i = 0; i < 4; ++i) {
    auto& task = tasks.add("waiting-" + std::to_string(i), "true");
    task.sbatch_args = {"--hold"};
    task.how = meddling::cancel_when_queued;
    task.end = ends_cancelled();
    task.end.evidences = {"accounting", "queue"};
    task.end.executions = 0;
  }
  return tasks;
}

}  // namespace

TEST_CASE("three hundred tasks in a few arrays: every verdict is the true one", "[live][arrays]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("arrays");
  const auto tasks = mixed(folder);
  live_run run(slurm, folder, tasks);
  CHECK(run.finish(seconds{300}) == 1);
  const auto wrong = run.differences();
  INFO(wrong.size() << " differences:\n" << joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.commands().count("sbatch") <= 3);
  CHECK(run.excess_calls() == "");
  WARN("300 tasks in " << run.lasted().count() << " s: " << run.commands().count("sbatch") << " sbatch, "
                       << run.commands().count("squeue") << " squeue, " << run.commands().count("sacct")
                       << " sacct calls");
}

TEST_CASE("tasks of an array that somebody cancels one by one while they wait leave no trace in Slurm, and "
          "are told "
          "cancelled",
          "[live][arrays]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("waiting");
  const auto tasks = waiting(folder);
  live_run run(slurm, folder, tasks);
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.commands().count("sbatch") == 1);
}

TEST_CASE("slurmctld hangs beyond the command deadline while an array is submitted: each of its tasks runs "
          "exactly once",
          "[live][arrays]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("array-hung");
  plan tasks(folder);
  for (int i = 0; i < 200; ++i) {
    auto& task = tasks.add("item-" + std::to_string(i), i % 10 == 9 ? "exit 3" : "true");
    task.end = exits_with(i % 10 == 9 ? 3 : 0);
    task.end.attempt = std::nullopt;  // Slurm requeues a job that it had no time to launch
  }
  live_run run(slurm, folder, tasks, {"--command-deadline", "3s"});
  run.commands().hold("sbatch");
  REQUIRE(run.hear_until([&] { return run.commands().count("sbatch") >= 1; }, seconds{60}));
  slurm.daemon("pause", "slurmctld");
  run.commands().release("sbatch");
  run.go_on_for(seconds{22});
  slurm.daemon("resume", "slurmctld");
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.commands().count("sbatch") <= 2);
}

}  // namespace settle::live

// Signals to the program: leaving without harm, and cancelling a run to its last job.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

namespace settle::live {
namespace {

using std::chrono::seconds;

plan sleepers(const std::string& folder, int count) {
  plan tasks(folder);
  for (int i = 0; i < count; ++i)
    tasks.add("sleeper-" + std::to_string(i), "sleep 300");
  return tasks;
}

/// Jobs of anybody in this cluster that wait or run.
std::size_t alive(const cluster& slurm) {
  const auto rows = slurm.ask({"squeue", "-h", "-a", "-t", "PD,R", "-o", "%A"});
  CHECK(rows.ok());
  return static_cast<std::size_t>(std::count(rows.out.begin(), rows.out.end(), '\n'));
}

/// What a later process could take over: the stream may end a moment before the last submissions are through.
std::size_t jobs_in_journal(live_run& run) {
  std::ifstream journal(run.state_folder() + "/runs/" + run.heard().run() + "/journal.ndjson");
  std::set<std::string> jobs;
  for (std::string line; std::getline(journal, line);) {
    if (line.find("\"event\":\"item\"") == std::string::npos)
      continue;
    const auto event = read_event(line);
    if (!event.job_id.empty())
      jobs.insert(event.job_id);
  }
  return jobs.size();
}

void expect_all_cancelled(live_run& run, const plan& tasks) {
  for (const auto& task : tasks.tasks()) {
    const auto* last = run.heard().last(task.id);
    INFO(task.id);
    REQUIRE(last != nullptr);
    CHECK(last->status == "failed");
    CHECK(last->cause == "cancelled");
  }
  CHECK(joined(run.heard().complaints()) == "");
  REQUIRE(run.heard().finish() != nullptr);
  CHECK(run.heard().finish()->status == "cancelled");
}

}  // namespace

TEST_CASE("SIGINT detaches: the program leaves within seconds and every job runs on", "[live][interrupt]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("detach");
  const auto tasks = sleepers(folder, 8);
  live_run run(slurm, folder, tasks);
  REQUIRE(run.hear_until([&] { return run.heard().in_status("running") == tasks.size(); }, seconds{60}));
  run.program().send(SIGINT);
  CHECK(run.finish(seconds{15}) == 3);  // not finished
  CHECK(run.heard().terminal() == 0);
  CHECK(run.heard().finish() == nullptr);
  CHECK(run.commands().count("scancel") == 0);
  CHECK(alive(slurm) == tasks.size());
}

TEST_CASE("SIGINT amid submissions: no further job comes into being, and every one that did is known",
          "[live][interrupt]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("amid");
  const auto tasks = sleepers(folder, 500);
  live_run run(slurm, folder, tasks, {"--no-arrays"});
  REQUIRE(run.hear_until([&] { return run.commands().count("sbatch") >= 20; }, seconds{60}));
  run.program().send(SIGINT);
  CHECK(run.finish(seconds{30}) == 3);
  const auto known = jobs_in_journal(run);
  CHECK(known < tasks.size());
  CHECK(alive(slurm) == known);
  CHECK(run.commands().count("sbatch") == known);
}

TEST_CASE("cancelling at an interrupt ends every job of the run, and only those, as cancelled",
          "[live][interrupt]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("cancel");
  auto tasks = sleepers(folder, 8);
  tasks.add("held", "true").sbatch_args = {"--hold"};
  REQUIRE(slurm.ask({"sbatch", "--parsable", "-o", "/dev/null", "--wrap", "sleep 300"}).ok());
  live_run run(slurm, folder, tasks, {"--cancel-on-interrupt"});
  REQUIRE(run.hear_until(
      [&] { return run.heard().in_status("running") == 8 && run.heard().in_status("queued") == 1; },
      seconds{60}));
  run.program().send(SIGINT);
  CHECK(run.finish(seconds{240}) == 1);
  expect_all_cancelled(run, tasks);
  CHECK(alive(slurm) == 1);  // the foreign one
}

/// slurmctld hangs, so that sbatch commands are under way and leaving takes time enough for a second signal.
TEST_CASE(
    "a second SIGINT while the program is leaving cancels the whole run, submissions under way included",
    "[live][interrupt]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("twice");
  const auto tasks = sleepers(folder, 300);
  live_run run(slurm, folder, tasks, {"--no-arrays"});
  REQUIRE(run.hear_until([&] { return run.commands().count("sbatch") >= 20; }, seconds{60}));
  slurm.daemon("pause", "slurmctld");
  run.program().send(SIGINT);
  REQUIRE(run.hear_until([&] { return run.errors().find("leaving") != std::string::npos; }, seconds{10}));
  run.hear_until([] { return false; }, seconds{1});  // two signals within 200 ms count as one
  run.program().send(SIGINT);
  REQUIRE(run.hear_until([&] { return run.errors().find("cancelling") != std::string::npos; }, seconds{10}));
  slurm.daemon("resume", "slurmctld");
  CHECK(run.finish(seconds{240}) == 1);
  expect_all_cancelled(run, tasks);
  CHECK(run.commands().count("sbatch") < tasks.size());
  CHECK(alive(slurm) == 0);
}

}  // namespace settle::live

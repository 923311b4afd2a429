// Two jobs of one task on a real Slurm: whichever begins first runs it, the other exits unrun, and the verdict is that of
// the one that ran. The second job is a copy of the script that slurmctld has, submitted by hand under the same name.
#include "tests/live/truth.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace settle::live {
namespace {

using std::chrono::seconds;

const std::string task_name = "item";

struct held_job {
  std::string id;
  std::string name;
  std::string script;  ///< the text
};

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

held_job job_in(const cluster& slurm, const std::string& id, const std::string& folder) {
  held_job job;
  job.id = id;
  job.name = trimmed(slurm.ask({"squeue", "-h", "-j", id, "-o", "%j"}).out);
  const auto file = folder + "/written.sh";
  REQUIRE(slurm.ask({"scontrol", "write", "batch_script", id, file}).ok());
  job.script = read_file(file);
  return job;
}

/// By hand: the id of a job of this name and script that writes to the same log files.
std::string submit_copy(const cluster& slurm, const held_job& job, const std::string& folder,
                        const std::string& logs, const arguments& more = {}) {
  const auto file = folder + "/copy.sh";
  write_file(file, job.script);
  arguments argv{"sbatch",
                 "--parsable",
                 "--chdir=/",
                 "--open-mode=append",
                 "--job-name=" + job.name,
                 "--output=" + logs + ".out",
                 "--error=" + logs + ".err"};
  argv.insert(argv.end(), more.begin(), more.end());
  argv.push_back(file);
  const auto said = slurm.ask(argv);
  INFO(said.err);
  REQUIRE(said.ok());
  return trimmed(said.out);
}

bool has_left(const cluster& slurm, const std::string& id) {
  return slurm.ask({"squeue", "-h", "-t", "PD,R,CG", "-j", id, "-o", "%i"}).out.empty();
}

std::string exit_code_of(const cluster& slurm, const std::string& id) {
  return trimmed(slurm.ask({"sacct", "-X", "-n", "-P", "-j", id, "-o", "ExitCode"}).out);
}

/// Accounting hears of an end some seconds after it.
void expect_unrun(const cluster& slurm, live_run& run, const std::string& id) {
  CHECK(run.hear_until([&] { return exit_code_of(slurm, id) == "125:0"; }, seconds{60}));
}

void expect_true_verdicts(const live_run& run) {
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

std::string logs_of(const live_run& run) {
  return run.state_folder() + "/runs/" + run.heard().run() + "/logs/0-" + task_name;
}

}  // namespace

TEST_CASE(
    "a copy of an item's job begins before the job does: the copy is the item's job, and the job exits unrun",
    "[live][claims]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("claims-copy");
  plan tasks(folder);
  auto& task = tasks.add(task_name, "echo said\nexit 3");
  task.sbatch_args = {"--hold"};
  task.end = exits_with(3);
  live_run run(slurm, folder, tasks);
  REQUIRE(run.hear_until([&] { return run.heard().in_status("queued") == 1; }, seconds{60}));
  const auto job = job_in(slurm, run.job_of(task_name), folder);
  const auto copy = submit_copy(slurm, job, folder, logs_of(run));
  REQUIRE(run.hear_until([&] { return has_left(slurm, copy); }, seconds{60}));
  CHECK(run.heard().terminal() == 0);
  REQUIRE(slurm.ask({"scontrol", "release", job.id}).ok());
  CHECK(run.finish(seconds{120}) == 1);
  expect_true_verdicts(run);
  CHECK(run.job_of(task_name) == copy);
  CHECK(tasks.executions(tasks.tasks().front()) == std::vector{copy});
  CHECK(exit_code_of(slurm, job.id) == "125:0");
  CHECK(read_file(logs_of(run) + ".out") == "said\n");
  CHECK(read_file(logs_of(run) + ".err").find("another job has this task") != std::string::npos);
}

TEST_CASE("a copy of a job that runs exits unrun, and leaves its log files and its verdict alone",
          "[live][claims]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("claims-late");
  plan tasks(folder);
  tasks.add(task_name, "echo before\n" + gated(folder + "/gate", 0));
  live_run run(slurm, folder, tasks);
  REQUIRE(run.hear_until([&] { return run.heard().in_status("running") == 1; }, seconds{60}));
  const auto job = job_in(slurm, run.job_of(task_name), folder);
  const auto copy = submit_copy(slurm, job, folder, logs_of(run));
  expect_unrun(slurm, run, copy);
  CHECK(read_file(logs_of(run) + ".out") == "before\n");
  write_file(folder + "/gate", "");
  CHECK(run.finish(seconds{120}) == 0);
  expect_true_verdicts(run);
  CHECK(run.job_of(task_name) == job.id);
}

TEST_CASE("a submission that settle gave up comes to light after all: its job exits unrun",
          "[live][claims]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("claims-given-up");
  plan tasks(folder);
  tasks.add(task_name, "echo before\n" + gated(folder + "/gate", 0));
  live_run run(slurm, folder, tasks, {"--command-deadline", "2s", "--search-silence", "3s"});
  run.commands().hold("sbatch");
  // The first sbatch is ended while it is held: it made no job, which nobody knows.
  REQUIRE(run.hear_until([&] { return run.commands().count("sbatch") == 2; }, seconds{180}));
  run.commands().release("sbatch");
  REQUIRE(run.hear_until([&] { return run.heard().in_status("running") == 1; }, seconds{60}));
  auto job = job_in(slurm, run.job_of(task_name), folder);
  // What the first sbatch would have submitted: its token ends with 1.
  const auto token = job.name.substr(job.name.rfind('.') + 1);
  const auto first = token.substr(0, token.rfind('-')) + "-1";
  REQUIRE(token != first);
  for (auto at = job.script.find(token); at != std::string::npos; at = job.script.find(token, at))
    job.script.replace(at, token.size(), first);
  job.name = task_name + "." + first;
  const auto late = submit_copy(slurm, job, folder, logs_of(run));
  expect_unrun(slurm, run, late);
  write_file(folder + "/gate", "");
  CHECK(run.finish(seconds{120}) == 0);
  expect_true_verdicts(run);
  CHECK(run.job_of(task_name) == job.id);
  CHECK(read_file(logs_of(run) + ".out") == "before\n");
}

TEST_CASE("a requeued job finds its own claim, and begins its log files anew", "[live][claims]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("claims-requeue");
  plan tasks(folder);
  auto& task =
      tasks.add(task_name, "echo life $(wc -l <\"$mark\")\ntest $(wc -l <\"$mark\") -ge 2 || sleep 600");
  task.how = meddling::requeue_once;
  task.end.attempt = 2;
  task.end.executions = 2;
  live_run run(slurm, folder, tasks);
  CHECK(run.finish(seconds{300}) == 0);
  expect_true_verdicts(run);
  CHECK(read_file(logs_of(run) + ".out") == "life 2\n");
}

}  // namespace settle::live

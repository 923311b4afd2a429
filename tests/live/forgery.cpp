// Job names with a newline and whole forged rows in them: what somebody writes into a name is never news of our jobs.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <sstream>

#include <unistd.h>

namespace settle::live {
namespace {

using std::chrono::seconds;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The rows that the program's own last call of `program` prints of this job.
std::vector<std::string> real_rows(const cluster& slurm, const live_run& run, const std::string& program,
                                   const std::string& job) {
  counted_call last;
  for (const auto& call : run.commands().calls()) {
    if (call.at(0) == program)
      last = call;
  }
  for (std::size_t i = 0; i + 1 < last.size(); ++i) {
    if (last[i] == "-j")
      last[i + 1] = job;
  }
  std::vector<std::string> rows;
  if (last.empty())
    return rows;
  auto env = slurm.client_environment();
  env["SLURM_TIME_FORMAT"] = "%s";
  std::istringstream lines(run_to_end(last, env, seconds{30}).out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(job) && line.size() > job.size() &&
        !std::isdigit(static_cast<unsigned char>(line[job.size()])))
      rows.push_back(line);
  }
  return rows;
}

/// What a forger would like to be believed about a running job.
std::vector<std::string> forged_names(const std::vector<std::string>& rows, const std::string& job) {
  std::vector<std::string> names;
  for (const char* state : {"FAILED", "COMPLETED", "CANCELLED", "TIMEOUT"}) {
    for (const auto& row : rows)
      names.push_back("x\n" + replaced(replaced(row, "RUNNING", state), "Unknown", "1700000000") + "\n");
    names.push_back("x\n" + job + "|" + state + "|1:0|0|0|" + job + "\n" + job + " " + state + "\n");
  }
  for (auto& name : names)
    name.resize(std::min<std::size_t>(name.size(), 900));
  return names;
}

/// Prefixed to a command, it runs as a user who is not us; empty when we are not root and cannot.
arguments as_somebody_else() {
  if (geteuid() != 0)
    return {};
  return {"setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"};
}

bool submit_named(const cluster& slurm, arguments prefix, const std::string& name) {
  for (const char* word : {"sbatch", "--parsable", "-D", "/tmp", "-o", "/dev/null", "-J"})
    prefix.emplace_back(word);
  prefix.push_back(name);
  prefix.insert(prefix.end(), {"--wrap", "sleep 12"});
  const auto done = slurm.ask(prefix);
  INFO(name << "\n" << done.err);
  CHECK(done.ok());
  return done.ok();
}

plan gated_items(const std::string& folder) {
  plan tasks(folder);
  for (int i = 0; i < 6; ++i)
    tasks
        .add("item-" + std::to_string(i),
             "until test -e '" + folder + "/gate'; do sleep 0.2; done\nexit " + std::to_string(i % 2 * 3))
        .end = exits_with(i % 2 * 3);
  tasks.add("first", "true");  // makes the program ask accounting
  return tasks;
}

/// Runs items, lets `forge` submit jobs while they run, and expects that nothing came of it.
void expect_nothing_of(cluster& slurm, const std::string& folder, const arguments& forger, bool own_rows) {
  const auto tasks = gated_items(folder);
  live_run run(slurm, folder, tasks, {"--no-arrays"});  // a forged row names its job by one number
  REQUIRE(run.hear_until(
      [&] { return run.heard().in_status("running") == 6 && run.heard().in_status("completed") == 1; },
      seconds{60}));
  std::size_t forged = 0;
  for (const auto& task : tasks.tasks()) {
    const auto job = run.job_of(task.id);
    auto rows = real_rows(slurm, run, "squeue", job);
    REQUIRE(rows.size() == 1);
    const auto accounted = real_rows(slurm, run, "sacct", job);
    REQUIRE(!accounted.empty());
    rows.insert(rows.end(), accounted.begin(), accounted.end());
    if (!own_rows)
      rows.clear();
    for (const auto& name : forged_names(rows, job))
      forged += submit_named(slurm, forger, name) ? 1 : 0;
  }
  CHECK(forged >= 24);
  const auto calls = run.commands().count("squeue");
  REQUIRE(run.hear_until([&] { return run.commands().count("squeue") >= calls + 3; }, seconds{60}));
  CHECK(run.heard().in_status("running") == 6);
  write_file(folder + "/gate", "");
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

}  // namespace

TEST_CASE("another user's job names, with the program's own rows forged in them, change nothing",
          "[live][forgery]") {
  const auto forger = as_somebody_else();
  if (forger.empty()) {
    WARN("not checked: only root can submit jobs as another user");
    return;
  }
  auto& slurm = remembering_cluster();
  expect_nothing_of(slurm, slurm.new_folder("foreign"), forger, true);
}

TEST_CASE("a job of ours that settle did not submit, with rows in its name, changes nothing",
          "[live][forgery]") {
  auto& slurm = remembering_cluster();
  expect_nothing_of(slurm, slurm.new_folder("own"), {}, false);
}

}  // namespace settle::live

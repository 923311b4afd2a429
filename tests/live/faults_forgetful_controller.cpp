// A controller that is killed while items are submitted, before it wrote its state: started again it has forgotten young
// jobs, some of them running, and gives their ids to the next ones. Judged by what the jobs wrote down themselves.
#include "tests/live/truth.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <vector>

namespace settle::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr int items = 120;  // of each run
constexpr int kills = 2;    // each amid the submissions of a run of its own

/// What an operator does about ids that were given away again while their first jobs still ran: slurmd starts no second job
/// under such an id, slurmctld drains the node and holds the job ("launch failed requeued held").
void put_right(cluster& slurm) {
  slurm.resume_nodes();
  slurm.ask({"/bin/sh", "-c", "squeue -h -t PENDING -o %A | xargs -r -n 1 scontrol release"});
}

/// A job that slurmctld forgot was killed by it, or never began: then nobody can know more than that no record is left.
bool has_no_record(const event_line& last) {
  return last.status == "failed" && (last.cause == "never_recorded" || last.cause == "lost");
}

/// The names of the jobs that began its command; a name holds the token of one submission.
std::set<std::string> began_under(const plan& tasks, const planned_task& task) {
  std::set<std::string> names;
  std::ifstream in(tasks.mark_file(task) + ".names");
  for (std::string line; std::getline(in, line);)
    names.insert(line);
  return names;
}

/// A batch job whose start slurmd refuses outright is recorded by slurmctld, and by it alone, as FAILED with exit code 1:
/// nobody who asks Slurm can tell that from a command that ended so (docs/limits.md).
bool was_refused_by_slurmd(const cluster& slurm, const std::string& job_id) {
  std::ifstream log(slurm.folder() + "/c/log/slurmctld.log");
  for (std::string line; std::getline(log, line);)
    if (line.find("Killing non-startable batch JobId=" + job_id + ":") != std::string::npos)
      return true;
  return false;
}

std::string contradiction(const cluster& slurm, const plan& tasks, const planned_task& task,
                          const event_line& last) {
  const auto began = tasks.executions(task).size();
  const auto ended = tasks.endings(task);
  std::ostringstream out;
  if (began_under(tasks, task).size() > 1)
    out << " ran in two jobs";
  const bool confirmed = last.evidence != "none";
  if (last.status == "completed" && confirmed && (ended.empty() || ended.back() != 0))
    out << " is completed, and its command did not end with 0";
  const bool refused = last.exit_code == 1 && was_refused_by_slurmd(slurm, last.job_id);
  if (last.cause == "exit_nonzero" && !refused && (ended.empty() || ended.back() != last.exit_code))
    out << " failed with a code, and its command did not end with it";
  // Where Slurm ran the job again its later life counts, and that may have been forgotten.
  if (last.status == "failed" && began == 1 && ended == std::vector{0})
    out << " has failed, and its command ended with 0";
  if (out.str().empty())
    return {};
  return "item '" + task.id + "' (" + last.status + ", cause '" + last.cause + "', evidence '" +
         last.evidence + "', job " + last.job_id + ", began " + std::to_string(began) +
         " times):" + out.str();
}

/// Jobs of each name in accounting; a name holds the token of one submission.
std::map<std::string, std::set<std::string>> jobs_by_name(const cluster& slurm) {
  const auto said =
      slurm.ask({"sacct", "-X", "-n", "-P", "-D", "-S", "now-1hours", "-o", "JobIDRaw,JobName"});
  REQUIRE(said.ok());
  std::map<std::string, std::set<std::string>> out;
  std::istringstream lines(said.out);
  for (std::string id, name; std::getline(lines, id, '|') && std::getline(lines, name);)
    if (name != "allocation")  // slurmdbd's word where it never heard the name
      out[name].insert(id);
  return out;
}

std::size_t began_and_recorded(const std::vector<std::unique_ptr<plan>>& plans,
                               const std::map<std::string, std::set<std::string>>& recorded) {
  std::size_t count = 0;
  for (const auto& tasks : plans)
    for (const auto& task : tasks->tasks())
      for (const auto& name : began_under(*tasks, task))
        count += recorded.contains(name) ? 1U : 0U;
  return count;
}

void expect_no_lie(const cluster& slurm, live_run& run, const plan& tasks) {
  const int code = run.finish(seconds{10});
  auto wrong = run.heard().complaints();
  std::size_t forgotten = 0;
  for (const auto& task : tasks.tasks()) {
    const auto* last = run.heard().last(task.id);
    REQUIRE(last != nullptr);
    forgotten += has_no_record(*last) || last->evidence == "none" ? 1U : 0U;
    if (auto words = contradiction(slurm, tasks, task, *last); !words.empty())
      wrong.push_back(std::move(words));
  }
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(code == 1);                 // every third task fails
  CHECK(forgotten < tasks.size());  // what was submitted after the kill has its records
  WARN(forgotten << " of " << tasks.size() << " jobs were forgotten without a record");
}

}  // namespace

TEST_CASE("slurmctld is killed amid submissions, and forgets: no task runs in two jobs, and what is "
          "confirmed is true",
          "[live][fault][controller][forgetful]") {
  auto& slurm = forgetting_cluster();
  const auto folder = slurm.new_folder("forgetful");
  // No task ends before the last kill: slurmctld itself runs one again whose end it lost.
  const auto gate = folder + "/gate";
  std::vector<std::unique_ptr<plan>> plans;
  std::vector<std::unique_ptr<live_run>> runs;
  std::vector<live_run*> all;
  auto next_look = std::chrono::steady_clock::now();
  const auto hear_until = [&](const std::function<bool()>& done, seconds limit) {
    const auto looked_after = [&] {
      if (std::chrono::steady_clock::now() >= next_look) {
        put_right(slurm);
        next_look = std::chrono::steady_clock::now() + seconds{2};
      }
      return done();
    };
    return hear_together(all, looked_after, limit);
  };
  for (int kill = 0; kill < kills; ++kill) {
    const auto here = folder + "/" + std::to_string(kill);
    auto& tasks = *plans.emplace_back(std::make_unique<plan>(here));
    for (int i = 0; i < items; ++i)
      tasks.add("item-" + std::to_string(i),
                "echo \"$SLURM_JOB_NAME\" >>\"$mark.names\"\n" + gated(gate, i % 3 == 2 ? 3 : 0));
    auto& run = *runs.emplace_back(std::make_unique<live_run>(
        slurm, here, tasks,
        arguments{"--no-arrays", "--command-deadline", "4s", "--search-silence", "15s", "--submit-no-record",
                  "15s", "--settle-no-record", "15s"}));
    run.expect_no_accounting();  // an exit record tells what accounting may have lost
    all.push_back(&run);
    REQUIRE(hear_until([&] { return run.commands().count("sbatch") >= items / 10; }, seconds{60}));
    slurm.daemon("kill", "slurmctld");
    for (auto* each : all)
      each->go_on_for(seconds{3});
    slurm.daemon("start", "slurmctld");
    const auto all_submitted = [&] { return run.heard().in_status("pending") == 0; };
    CHECK(hear_until(all_submitted, seconds{120}));
    // The next kill must not take these as well: slurmctld writes what changed within 5 s.
    const auto submitted_at = fs::file_time_type::clock::now();
    const auto written = [&] {
      const auto now = fs::file_time_type::clock::now();
      std::error_code absent;  // for a moment: slurmctld puts a new one in its place
      const auto last = fs::last_write_time(slurm.folder() + "/c/state/ctld/job_state", absent);
      return (!absent && last > submitted_at) || now > submitted_at + seconds{10};
    };
    CHECK(hear_until(written, seconds{30}));
  }
  write_file(gate, "");
  const auto over = [&] {
    return std::all_of(all.begin(), all.end(), [](const auto* run) { return run->program().at_end(); });
  };
  CHECK(hear_until(over, seconds{240}));
  for (int kill = 0; kill < kills; ++kill)
    expect_no_lie(slurm, *runs[static_cast<std::size_t>(kill)], *plans[static_cast<std::size_t>(kill)]);
  const auto recorded = jobs_by_name(slurm);
  for (const auto& [name, jobs] : recorded) {
    INFO(name);
    CHECK(jobs.size() == 1);
  }
  // Accounting may lack what the controller forgot, and nothing else: the loop has seen most of them.
  CHECK(began_and_recorded(plans, recorded) >= items);
}

}  // namespace settle::live

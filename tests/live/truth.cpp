#include "tests/live/truth.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace settle::live {
namespace {

using std::chrono::seconds;

const std::string marker = "marked COMPLETED after the scheduler queue clear but accounting never returned a "
                           "row \xE2\x80\x94 exit code "
                           "unknown";

/// An unconfirmed completion may be wrong, but it must say that nobody knows.
std::string wrongly_unconfirmed(const event_line& last) {
  std::string out;
  if (!last.error.starts_with(marker))
    out += " without the marker";
  if (last.exit_code || last.signal)
    out += " with an exit code or signal that nobody told";
  return out;
}

std::string wrongly_confirmed(const event_line& last, int code) {
  std::ostringstream out;
  const bool success = code == 0;
  if (success != (last.status == "completed"))
    out << " status " << last.status;
  if (last.exit_code != code)
    out << " exit_code " << (last.exit_code ? std::to_string(*last.exit_code) : "null");
  if (last.signal)
    out << " signal " << *last.signal;
  if (last.cause != (success ? "" : "exit_nonzero"))
    out << " cause '" << last.cause << "'";
  if (out.str().empty())
    return {};
  return out.str() + ", but its job ended " + std::to_string(code);
}

int right_exit_code(const story& heard) {
  if (heard.in_status("failed") + heard.in_status("dep_failed") > 0)
    return 1;
  return heard.unconfirmed() > 0 ? 4 : 0;
}

/// Empty also where there is no verdict: of that the story complains.
std::string contradiction(const live_run& run, const plan& tasks, const planned_task& task) {
  const auto* last = run.heard().last(task.id);
  if (last == nullptr || !is_terminal(last->status))
    return {};
  const auto ran = tasks.executions(task);
  const auto ended = tasks.endings(task);
  std::ostringstream out;
  if (ran.size() != 1 || ended.size() != 1)
    out << " began " << ran.size() << " times and ended " << ended.size() << " times, not once";
  if (!ran.empty() && ran.back() != last->job_id)
    out << " ran as job " << ran.back() << ", but the event says " << last->job_id;
  if (last->status == "completed" && last->evidence == "none")
    out << wrongly_unconfirmed(*last);
  else if (!ended.empty())
    out << wrongly_confirmed(*last, ended.back());
  if (out.str().empty())
    return {};
  return "item '" + task.id + "' (" + last->status + ", evidence '" + last->evidence + "', job " +
         last->job_id + "):" + out.str() + (last->error.empty() ? "" : " (error: " + last->error + ")");
}

std::vector<std::string> contradictions(const live_run& run, const plan& tasks, int exit_code) {
  auto out = run.heard().complaints();
  for (const auto& task : tasks.tasks()) {
    auto words = contradiction(run, tasks, task);
    if (!words.empty())
      out.push_back(std::move(words));
  }
  if (exit_code != right_exit_code(run.heard()))
    out.push_back("exit code " + std::to_string(exit_code) + ", not " +
                  std::to_string(right_exit_code(run.heard())));
  return out;
}

}  // namespace

void expect_truth(live_run& run, const plan& tasks) {
  const auto wrong = contradictions(run, tasks, run.finish(seconds{120}));
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

std::size_t with_evidence(const live_run& run, const plan& tasks, const std::string& evidence) {
  const auto& all = tasks.tasks();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& task) {
    const auto* last = run.heard().last(task.id);
    return last != nullptr && last->evidence == evidence;
  }));
}

bool ended_and_forgotten(const cluster& slurm, const live_run& run, const plan& tasks,
                         const std::vector<std::string>& items) {
  for (const auto& id : items) {
    if (tasks.endings(*tasks.find(id)).empty())
      return false;
  }
  const auto listed = slurm.ask({"squeue", "-h", "-a", "--states=all", "-o", "%A"});
  if (!listed.ok())
    return false;
  std::set<std::string> known;
  std::istringstream lines(listed.out);
  for (std::string id; std::getline(lines, id);)
    known.insert(id);
  return std::none_of(items.begin(), items.end(),
                      [&](const auto& id) { return known.contains(run.job_of(id)); });
}

}  // namespace settle::live

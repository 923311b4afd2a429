#include "tests/live/live_run.hpp"

#include "tests/live/accounting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace settle::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr double interval_s = 1.0;  // what the command line below says

std::string program_path() {
  const char* other = std::getenv("SETTLE_PROGRAM");
  return other != nullptr ? other : SETTLE_PROGRAM;
}

/// setpriv: when this test dies, so does the program.
arguments command_line(const std::string& folder, const std::string& document, const arguments& flags) {
  arguments argv{"setpriv", "--pdeathsig", "KILL",  "--",     program_path(), "run",
                 document,  "--backend",   "slurm", "--json", "--state",      folder + "/state"};
  for (const auto& [name, value] : {std::pair{"--poll-interval", "1s"}, {"--settle-no-record", "60s"}}) {
    if (std::find(flags.begin(), flags.end(), name) == flags.end())
      argv.insert(argv.end(), {name, value});
  }
  argv.insert(argv.end(), flags.begin(), flags.end());
  return argv;
}

environment program_environment(const cluster& slurm, const counted_commands& commands) {
  auto env = slurm.client_environment();
  env["PATH"] = commands.path() + ":" + env["PATH"];
  return env;
}

std::string last_lines(const std::string& text, int most) {
  auto from = text.size();
  for (; from > 0; --from) {
    if (text[from - 1] == '\n' && from < text.size() && --most == 0)
      break;
  }
  return text.substr(from);
}

std::string written(const std::string& path, const std::string& text) {
  write_file(path, text);
  return path;
}

}  // namespace

live_run::live_run(cluster& slurm, const std::string& folder, const plan& tasks, const arguments& flags)
    : live_run(slurm, folder, written(folder + "/tasks.json", tasks.document()), flags) {
  tasks_ = &tasks;
}

live_run::live_run(cluster& slurm, const std::string& folder, const std::string& document_file,
                   const arguments& flags)
    : slurm_(slurm), folder_(folder), tasks_(nullptr), commands_(folder), started_(steady_clock::now()),
      program_(command_line(folder, document_file, flags), program_environment(slurm, commands_),
               folder + "/stderr", folder) {}

live_run::~live_run() {
  if (failures() > failures_before_)
    std::cerr << "---- what the program said on standard error (" << folder_ << "):\n"
              << errors() << "---- the end of its stream (" << folder_ << "/stream.ndjson):\n"
              << last_lines(read_file(folder_ + "/stream.ndjson"), 30) << "----\n";
}

std::string live_run::errors() const {
  return read_file(folder_ + "/stderr");
}

std::chrono::duration<double> live_run::lasted() const {
  return (ended_ == steady_clock::time_point{} ? steady_clock::now() : ended_) - started_;
}

std::string live_run::job_of(const std::string& item) const {
  const auto* last = heard_.last(item);
  return last == nullptr ? "" : last->job_id;
}

bool live_run::hear_until(const std::function<bool()>& done, seconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!done()) {
    if (program_.at_end() || steady_clock::now() >= end)
      return false;
    hear_a_little();
  }
  return true;
}

void live_run::hear_a_little() {
  hear(program_.read_lines(milliseconds{100}));
  meddle();
}

void live_run::go_on_for(seconds time) {
  const auto end = steady_clock::now() + time;
  hear_until([&] { return steady_clock::now() >= end; }, time);
}

int live_run::finish(seconds limit) {
  const auto end = steady_clock::now() + limit;
  hear_until([&] { return program_.at_end(); }, limit);
  const auto left = std::max(steady_clock::duration{}, end - steady_clock::now());
  const auto code = program_.wait(std::chrono::ceil<milliseconds>(left));
  ended_ = steady_clock::now();
  if (!program_.rest().empty())
    heard_.complain("the stream ends within a line: " + program_.rest());
  heard_.ended();
  return code.value_or(-1);
}

void live_run::hear(const std::vector<std::string>& lines) {
  std::vector<const event_line*> completed;
  std::ofstream record(folder_ + "/stream.ndjson", std::ios::app);
  for (const auto& line : lines) {
    record << line << '\n';
    try {
      const auto event = read_event(line);
      heard_.hear(event);
      plan_meddling(event);
      if (event.kind == "item" && event.status == "completed")
        completed.push_back(heard_.last(event.item));
    } catch (const std::exception& problem) {
      heard_.complain(problem.what());
    }
  }
  confirm_completions(completed);
}

/// Asked at once: what accounting does not yet say now, the program could not know either.
void live_run::confirm_completions(const std::vector<const event_line*>& completed) {
  if (!accounting_expected_)
    return;
  std::vector<std::string> ids;
  for (const auto* event : completed)
    ids.push_back(event->job_id);
  try {
    const auto known = ask_sacct(slurm_, ids);
    for (const auto* event : completed) {
      const auto job = known.find(event->job_id);
      if (event->evidence == "none")
        heard_.complain("completed without evidence: '" + event->item + "'");
      if (job == known.end() || !job->second.is_final_success())
        heard_.complain("'" + event->item + "' was called completed while accounting said of job " +
                        event->job_id + ": " +
                        (job == known.end() ? "nothing" : job->second.state + " End=" + job->second.end));
    }
  } catch (const std::exception& problem) {
    heard_.complain("completed, but " + std::string(problem.what()));
  }
}

void live_run::plan_meddling(const event_line& event) {
  const auto* task = tasks_ == nullptr ? nullptr : tasks_->find(event.item);
  if (task == nullptr || task->how == meddling::none || event.kind != "item")
    return;
  const char* moment = task->how == meddling::cancel_when_queued ? "queued" : "running";
  const bool again = task->how == meddling::requeue_once && event.attempt > 1;
  if (again)
    std::ofstream(tasks_->mark_file(*task) + ".again") << '\n';
  else if (event.status == moment)
    errands_.push_back({task, event.job_id});
}

void live_run::meddle() {
  std::erase_if(errands_, [this](const errand& due) { return do_meddle(*due.task, due.job); });
}

/// False: not yet. A running job is left alone until its command has begun.
bool live_run::do_meddle(const planned_task& task, const std::string& job) {
  if (task.how != meddling::cancel_when_queued && tasks_->executions(task).empty())
    return false;
  arguments argv;
  if (task.how == meddling::reach_time_limit)
    argv = {"scontrol", "update", "job", job, "EndTime=now+2seconds"};
  else if (task.how == meddling::requeue_once)
    argv = {"scontrol", "requeue", job};
  else
    argv = {"scancel", job};
  const auto done = slurm_.ask(argv);
  if (!done.ok())
    heard_.complain("the test could not " + argv[0] + " '" + task.id + "': " + done.err);
  // For a task of an array that has only just begun scontrol may do nothing, and exit with 0: then once more.
  if (task.how == meddling::reach_time_limit)
    return slurm_.ask({"squeue", "-h", "-j", job, "-o", "%l"}).out != "1:00:00\n";
  return true;
}

std::vector<std::string> live_run::differences() const {
  auto out = heard_.complaints();
  if (tasks_ == nullptr)
    return out;
  for (const auto& task : tasks_->tasks()) {
    const auto* last = heard_.last(task.id);
    const auto words = last == nullptr ? "item '" + task.id + "': no event" : tasks_->difference(task, *last);
    if (!words.empty())
      out.push_back(words);
  }
  return out;
}

std::string live_run::excess_calls() const {
  const auto squeue = commands_.count("squeue");
  const auto sacct = commands_.count("sacct");
  const auto squeue_most = static_cast<std::size_t>(std::ceil(lasted().count() / interval_s)) + 2;
  const auto told = std::to_string(squeue) + " squeue and " + std::to_string(sacct) + " sacct calls in " +
                    std::to_string(lasted().count()) + " s";
  if (squeue == 0 || squeue > squeue_most)
    return told + ": at most " + std::to_string(squeue_most) + " squeue calls, and at least one, are right";
  if (sacct > 4 * squeue || commands_.most_sacct_in_one_cycle() > 4)
    return told + ": more than four sacct calls in a cycle";
  return {};
}

bool hear_together(const std::vector<live_run*>& runs, const std::function<bool()>& done, seconds limit) {
  const auto end = steady_clock::now() + limit;
  while (!done()) {
    if (steady_clock::now() >= end)
      return false;
    for (auto* run : runs)
      run->hear_a_little();
  }
  return true;
}

std::string joined(const std::vector<std::string>& lines, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), most); ++i)
    out += "  " + lines[i] + "\n";
  if (lines.size() > most)
    out += "  and " + std::to_string(lines.size() - most) + " more\n";
  return out;
}

}  // namespace settle::live

// One `settle run` under observation: the real program against a real Slurm, its stream heard line by line, accounting
// asked the moment an item is called completed, and the world meddled with as planned.
#pragma once

#include "tests/live/child.hpp"
#include "tests/live/cluster.hpp"
#include "tests/live/counted_commands.hpp"
#include "tests/live/plan.hpp"
#include "tests/live/shared_clusters.hpp"
#include "tests/live/story.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace settle::live {

class live_run {
public:
  /// Starts the program on the plan's document, in `folder`. `flags` come after those that every run here has:
  /// backend, JSON, state directory, and unless they say otherwise an interval of one second, 60 s until the fallback.
  live_run(cluster& slurm, const std::string& folder, const plan& tasks, const arguments& flags = {});
  /// On a document of somebody else's; there is nothing to meddle with.
  live_run(cluster& slurm, const std::string& folder, const std::string& document_file,
           const arguments& flags);
  ~live_run();
  live_run(const live_run&) = delete;
  live_run& operator=(const live_run&) = delete;

  /// Accounting is meant to be away: it is not asked whether it knows of completions, the caller judges them.
  void expect_no_accounting() { accounting_expected_ = false; }

  /// Hears the stream until `done` is true (asked after every batch of lines and at least ten times a second), the
  /// stream ends, or the time is over. Returns whether `done` was true.
  bool hear_until(const std::function<bool()>& done, std::chrono::seconds limit);
  /// Hears on for some time, come what may: an outage is a matter of time and nothing else.
  void go_on_for(std::chrono::seconds time);
  /// Hears the rest and returns the exit code; -1 when the program has not ended in time.
  int finish(std::chrono::seconds limit);

  /// Hears what has come, or comes within a tenth of a second.
  void hear_a_little();

  story& heard() { return heard_; }
  const story& heard() const { return heard_; }
  const counted_commands& commands() const { return commands_; }
  const line_child& program() const { return program_; }
  std::string errors() const;
  std::string state_folder() const { return folder_ + "/state"; }
  /// From the program's start to its end, or to now.
  std::chrono::duration<double> lasted() const;
  /// The job id of an item that was told one; empty else.
  std::string job_of(const std::string& item) const;

  /// Everything that contradicts the rules or the plan, a line each; to be called after `finish`.
  std::vector<std::string> differences() const;
  /// Scheduler calls beyond the constant number per cycle; empty: none.
  std::string excess_calls() const;

private:
  void hear(const std::vector<std::string>& lines);
  void confirm_completions(const std::vector<const event_line*>& completed);
  void plan_meddling(const event_line& event);
  void meddle();
  bool do_meddle(const planned_task& task, const std::string& job);

  cluster& slurm_;
  std::string folder_;
  const plan* tasks_;
  counted_commands commands_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point ended_{};
  line_child program_;
  story heard_;
  struct errand {
    const planned_task* task;
    std::string job;
  };
  std::vector<errand> errands_;
  bool accounting_expected_ = true;
  std::size_t failures_before_ = failures();
};

/// Hears several runs side by side, as `hear_until` hears one; runs that have ended do not end it.
bool hear_together(const std::vector<live_run*>& runs, const std::function<bool()>& done,
                   std::chrono::seconds limit);

/// The lines joined, for a message.
std::string joined(const std::vector<std::string>& lines, std::size_t most = 40);

}  // namespace settle::live

// One `settle run` from its first event to the exit code: the loop that moves events to the reporter, answers
// signals and notices the end. Owns no jobs: what it leaves behind keeps running.
#pragma once

#include "runtime/cli/event_queue.hpp"
#include "runtime/cli/interrupts.hpp"
#include "runtime/cli/reporter.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/settle.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

namespace settle::cli {

class session {
public:
  /// The run must have been submitted. `cancel_first`: --cancel-on-interrupt.
  session(runtime& host, std::string run, std::uint64_t from_seq, reporter& told, signals& noted,
          bool cancel_first);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Supervises until the verdict, or until somebody wants to leave; the exit code.
  int supervise(bool accept_unconfirmed);

private:
  void pass_events();
  bool passed_all(run_summary& end);
  void answer_signals();
  void carry_out(interrupts::answer what);
  void ask();
  void read_reply();
  void begin_detach();
  bool detached() const;
  void conclude_leaving(const run_summary& state);
  void write_rest(std::optional<std::chrono::milliseconds> limit);
  void wait_for_something();

  runtime& host_;
  std::string run_;
  reporter& told_;
  signals& noted_;
  interrupts interrupts_;
  std::shared_ptr<event_queue> queue_ = std::make_shared<event_queue>();
  bool finished_seen_ = false;
  bool left_ = false;
  std::future<void> detaching_;
  std::string reply_;
  std::optional<std::chrono::milliseconds> asked_at_;
};

}  // namespace settle::cli

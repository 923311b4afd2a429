// What the program does about SIGINT, SIGTERM and SIGHUP, as a pure state machine: detach, ask, cancel. Time and
// signals are arguments; what must be done comes back. Jobs are never cancelled by a first signal unless
// `--cancel-on-interrupt` was given, nor twice by one key press that came in as two signals.
#pragma once

#include <chrono>
#include <cstdint>

namespace settle::cli {

class interrupts {
public:
  using time = std::chrono::milliseconds;  ///< monotonic

  enum class answer : std::uint8_t {
    nothing,
    hint,    ///< say that a second Ctrl-C asks about cancelling
    ask,     ///< ask whether to cancel; hand the reply to `replied`
    detach,  ///< leave in order: jobs keep running
    cancel,  ///< cancel the run and go on until every verdict is in
    leave,   ///< while cancelling, somebody insists: leave now, in order
  };

  /// `terminal`: a person can answer. `cancel_first`: --cancel-on-interrupt.
  interrupts(bool terminal, bool cancel_first) noexcept : terminal_(terminal), cancel_first_(cancel_first) {}

  answer saw(int signal_number, time now) noexcept;
  /// To be called as time passes: the moment after a hint ends.
  answer tick(time now) noexcept;
  /// The answer to `ask`: yes cancels, anything else detaches.
  answer replied(bool yes) noexcept;

  bool asking() const noexcept { return state_ == state::asking; }
  bool leaving() const noexcept { return state_ == state::detaching; }
  bool cancelling() const noexcept { return state_ == state::cancelling; }

  /// On a terminal a second SIGINT counts for this long after the first.
  static constexpr time moment{2000};
  /// Signals this close together are one: a terminal and a wrapper may both deliver it.
  static constexpr time one_press{200};

private:
  enum class state : std::uint8_t { supervising, hinted, asking, detaching, cancelling };
  answer first(int signal_number, time now) noexcept;
  answer second(int signal_number) noexcept;
  answer enter(state s, answer a) noexcept;
  bool terminal_;
  bool cancel_first_;
  state state_ = state::supervising;
  time last_{};
  bool seen_ = false;
};

}  // namespace settle::cli

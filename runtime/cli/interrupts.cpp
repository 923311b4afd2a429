#include "runtime/cli/interrupts.hpp"

#include <csignal>

namespace settle::cli {

interrupts::answer interrupts::enter(state s, answer a) noexcept {
  state_ = s;
  return a;
}

interrupts::answer interrupts::first(int signal_number, time now) noexcept {
  last_ = now;
  if (cancel_first_ && signal_number == SIGINT)
    return enter(state::cancelling, answer::cancel);
  if (terminal_ && signal_number == SIGINT)
    return enter(state::hinted, answer::hint);
  return enter(state::detaching, answer::detach);
}

interrupts::answer interrupts::second(int signal_number) noexcept {
  const bool by_hand = signal_number == SIGINT;
  switch (state_) {
  case state::hinted:
    return by_hand ? enter(state::asking, answer::ask) : enter(state::detaching, answer::detach);
  case state::asking:  // a third Ctrl-C is no yes
    return enter(state::detaching, answer::detach);
  case state::detaching:
    if (!by_hand)
      return answer::nothing;
    return terminal_ ? enter(state::asking, answer::ask) : enter(state::cancelling, answer::cancel);
  case state::cancelling:
    return enter(state::detaching, answer::leave);
  case state::supervising:
    break;
  }
  return answer::nothing;
}

interrupts::answer interrupts::saw(int signal_number, time now) noexcept {
  if (seen_ && now - last_ < one_press)
    return answer::nothing;
  seen_ = true;
  if (state_ == state::supervising)
    return first(signal_number, now);
  last_ = now;
  return second(signal_number);
}

interrupts::answer interrupts::tick(time now) noexcept {
  if (state_ != state::hinted || now - last_ < moment)
    return answer::nothing;
  return enter(state::detaching, answer::detach);
}

interrupts::answer interrupts::replied(bool yes) noexcept {
  if (state_ != state::asking)
    return answer::nothing;
  return yes ? enter(state::cancelling, answer::cancel) : enter(state::detaching, answer::detach);
}

}  // namespace settle::cli

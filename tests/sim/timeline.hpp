// What will happen, in order of time; what was planned first comes first among equals. The simulation's only clock.
#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace sim {

using settle::core::duration;
using ms = std::chrono::milliseconds;
using std::chrono::seconds;

class timeline {
public:
  duration now() const noexcept { return now_; }

  void at(duration when, std::function<void()> what) {
    planned_.push({std::max(when, now_), ++count_, std::move(what)});
  }
  void after(duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

  /// Does everything planned until then; false when nothing was left before.
  bool run_until(duration end) {
    while (!planned_.empty() && planned_.top().when <= end) {
      auto what = std::move(const_cast<entry&>(planned_.top()));
      planned_.pop();
      now_ = what.when;
      what.what();
    }
    const bool more = !planned_.empty();
    now_ = std::max(now_, end);
    return more;
  }
  /// Does the next thing; false when there is none.
  bool step() {
    if (planned_.empty())
      return false;
    auto what = std::move(const_cast<entry&>(planned_.top()));
    planned_.pop();
    now_ = what.when;
    what.what();
    return true;
  }
  bool empty() const noexcept { return planned_.empty(); }
  /// When the next thing is due, if there is any.
  std::optional<duration> next() const {
    return planned_.empty() ? std::nullopt : std::optional{planned_.top().when};
  }

private:
  struct entry {
    duration when;
    std::uint64_t number;
    std::function<void()> what;
    bool operator<(const entry& other) const {  // the queue's top is its largest
      return std::pair(when, number) > std::pair(other.when, other.number);
    }
  };
  duration now_{};
  std::uint64_t count_ = 0;
  std::priority_queue<entry> planned_;
};

}  // namespace sim

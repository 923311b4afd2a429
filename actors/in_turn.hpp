// What waits, by run: each run's in their order, and of the runs one after the other, so that what a large run has waiting
// keeps no small one's waiting.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

namespace settle::actors {

template <class T>
class in_turn {
public:
  bool empty() const noexcept { return by_run_.empty(); }
  void push_back(std::uint32_t run, T what) { by_run_[run].push_back(std::move(what)); }
  void push_front(std::uint32_t run, T what) { by_run_[run].push_front(std::move(what)); }

  /// The first of the run whose turn it is; the next one is another run's, where another has something.
  T take() {
    assert(!empty());
    auto next = by_run_.upper_bound(last_);
    if (next == by_run_.end())
      next = by_run_.begin();
    last_ = next->first;
    T out = std::move(next->second.front());
    next->second.pop_front();
    if (next->second.empty())
      by_run_.erase(next);
    return out;
  }

  /// The first of the run's that is looked for; none: nullptr. Valid until the next change.
  template <class IsIt>
  T* find(std::uint32_t run, IsIt is_it) {
    const auto theirs = by_run_.find(run);
    if (theirs == by_run_.end())
      return nullptr;
    const auto found = std::find_if(theirs->second.begin(), theirs->second.end(), is_it);
    return found == theirs->second.end() ? nullptr : &*found;
  }
  void erase(std::uint32_t run, const T* what) {
    auto& theirs = by_run_.at(run);
    theirs.erase(std::find_if(theirs.begin(), theirs.end(), [what](const T& t) { return &t == what; }));
    if (theirs.empty())
      by_run_.erase(run);
  }

private:
  std::map<std::uint32_t, std::deque<T>> by_run_;  ///< none is empty
  std::uint32_t last_ = 0;                         ///< the run whose turn it was
};

}  // namespace settle::actors

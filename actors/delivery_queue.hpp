// What items are yet to be told: each run's in order, runs in turn, a few at a time. Of a listing of a million jobs a small
// run hears its part first, not last.
#pragma once

#include "actors/watch_list.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace settle::actors {

class delivery_queue {
public:
  bool empty() const noexcept { return by_run_.empty(); }
  /// Behind what its runs have waiting.
  void add(std::vector<delivery> those);
  std::optional<delivery> next();
  void clear();

private:
  /// Where there are others' among them, those have been taken out and are passed over.
  struct part {
    std::vector<delivery> those;
    std::size_t next = 0;
  };
  using runs = std::map<std::uint32_t, std::deque<part>>;

  std::uint32_t take_out_all_but_most(std::vector<delivery>& those);
  void pass_over(runs::iterator);

  runs by_run_;  ///< each has something to tell
  std::uint32_t last_ = 0;
  std::size_t in_a_row_ = 0;  ///< of run `last_`
};

}  // namespace settle::actors

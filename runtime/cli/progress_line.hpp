// What a run looks like right now, in one line: counts by state, rate, time left. Pure: time is an argument.
#pragma once

#include "actors/core/run.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace settle::cli {

/// Completions per second over the last minute.
class pace {
public:
  void saw(std::chrono::milliseconds now, std::uint64_t done);
  /// None before there is anything to say: five seconds and one completion.
  std::optional<double> per_second() const;
  std::optional<std::chrono::milliseconds> left(std::uint64_t remaining) const;

private:
  struct sample {
    std::chrono::milliseconds at;
    std::uint64_t done;
  };
  std::deque<sample> samples_;
};

/// "37/100 done  2 failed  8 running  4 queued  51 pending  3.2/s  20s left" in at most `columns` columns: states
/// without items are left out, and on a narrow screen the least telling parts go first.
std::string progress_line(const core::counts& tally, const pace& speed, std::size_t columns);

/// "97 completed, 2 failed, 1 dep_failed": states without items left out; "nothing" for no items.
std::string counts_in_words(const core::counts& tally);

}  // namespace settle::cli

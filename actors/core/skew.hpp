// How far another machine's clock is from ours, from the times it told. Pure arithmetic on what was measured.
#pragma once

#include "actors/core/time.hpp"

#include <optional>
#include <span>

namespace settle::core {

/// One time that was told: at some moment between `asked` and `answered` (our wall clock) theirs showed `told`, in
/// whole seconds cut, not rounded.
struct clock_reading {
  epoch_seconds told = 0;
  duration asked{};
  duration answered{};
};

struct clock_skew {
  duration skew{};    ///< their clock minus ours
  duration within{};  ///< the truth is no further from `skew` than this
};

/// The middle of what all readings allow: each confines the skew to a second plus its round trip. Where they
/// contradict each other a clock was set meanwhile, and the last one counts alone. None: there was no reading.
std::optional<clock_skew> measure_skew(std::span<const clock_reading> readings);

}  // namespace settle::core

// Time as the rules see it. Nothing here reads a clock: every instant is handed in by the caller,
// so that a test, a replay and the simulation decide exactly as the live program does.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>

namespace settle::core {

/// All waiting is measured in whole milliseconds.
using duration = std::chrono::milliseconds;

/// Seconds since 1970-01-01 UTC, as Slurm prints them with SLURM_TIME_FORMAT=%s.
using epoch_seconds = std::int64_t;

/// One moment on both clocks. Deadlines and orders use `monotonic`; `wall` is only shown to people.
struct instant {
  duration monotonic{};  ///< since an arbitrary start of this process; never steps back
  duration wall{};       ///< since 1970-01-01 UTC; may step
};

}  // namespace settle::core

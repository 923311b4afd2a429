// When the next cycle may start, and how long a refused submission waits. Pure functions of what was
// measured: the controller's latency is the one signal that rate limiting gives a client.
#pragma once

#include "actors/core/limits.hpp"

#include <cstdint>

namespace settle::core {

/// Start-to-start distance to the next cycle. `latency` is the slowest call of the last cycle; a cycle whose
/// calls failed backs off up to the ceiling. `fixed` is true where the user named the interval: then it is
/// never shortened. Never below the site's minimum nor the floor.
duration next_interval(const policy& rules, bool fixed, bool something_settles, duration latency,
                       std::uint32_t failures_in_a_row);

/// Wait before attempt `n` (from 1) of a deferred submission: doubling, bounded.
duration submit_backoff(std::uint32_t n);

}  // namespace settle::core

// The scenario in which small runs share cluster and supervisor with a large one.
#pragma once

#include "tests/bench/scenarios.hpp"

namespace settle::bench {

/// Runs of ten items, each some way through its life while one of N is being submitted, lives, settles and ends: how many
/// cycles after the cluster knew it the ten hear of it, beside how many alone. A cycle begins every five seconds, as it
/// does while something settles, so that time which the large run takes counts too. Done: at most two more than alone.
scenario_cost beside(const place&, std::uint64_t items);

}  // namespace settle::bench

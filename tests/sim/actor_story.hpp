// One seed's story played by the real actors: CAF's deterministic scheduler picks the next one at random, its virtual clock
// goes with the timeline, answers come late, and actors are killed in the middle of their work. The rules have their
// own simulation; here it is the order of messages that is tried.
#pragma once

#include "tests/sim/story.hpp"

#include <cstdint>

namespace sim {

ending play_actors(std::uint64_t seed, bool keep_history = false);

}  // namespace sim

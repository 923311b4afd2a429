// One seed from its beginning to its end.
#pragma once

#include "tests/sim/mutation.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

struct ending {
  std::vector<std::string> violations;
  std::uint64_t hash = 0;
  std::size_t items = 0;
  std::size_t kills = 0;             ///< of settle, while it had not finished
  std::vector<std::string> history;  ///< only where it was asked for
};

/// Every job has ended and every fault is over long before; what is not settled by then never will be.
duration last_moment(const scenario&);
/// For people: the faults that were drawn, and what really happened to every job.
void describe(const scenario&, std::vector<std::string>& out);
void describe(const world&, std::vector<std::string>& out);

ending play(std::uint64_t seed, mutation wrong, bool keep_history = false);

}  // namespace sim

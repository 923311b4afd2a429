// One seed from its beginning to its end.
#pragma once

#include "tests/sim/mutation.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

struct ending {
  std::vector<std::string> violations;
  std::uint64_t hash = 0;
  std::size_t items = 0;
  std::size_t unconfirmed = 0;
  std::vector<std::string> history;  ///< only where it was asked for
};

ending play(std::uint64_t seed, mutation wrong, bool keep_history = false);

}  // namespace sim

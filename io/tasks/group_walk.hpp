// Env groups as a graph of includes: unknown names and circles. No recursion; knows no JSON.
#pragma once

#include "io/tasks/document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::tasks {

struct group_cycle {
  place at;          ///< of the rule whose include closes it
  std::string path;  ///< "a -> b -> a"
};
/// Each circle once, by the include that closes it. Linear in rules and includes.
std::vector<group_cycle> find_group_cycles(const env_groups&);

/// Why an include of this name is refused.
std::string unknown_group(std::string_view name, const env_groups&);

}  // namespace settle::tasks

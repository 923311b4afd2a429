// What the simulated cluster's commands printed, read and translated as the program does it.
#pragma once

#include "actors/cluster.hpp"
#include "io/subprocess.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

/// squeue's; `begun` is left to the caller.
settle::actors::listing_answer listing_of(settle::io::command_result said);
/// sacct's, of a question about these ids (none: about names); `read` is left to the caller.
settle::actors::accounting_answer accounting_of(settle::io::command_result said,
                                                std::vector<std::uint64_t> ids);

}  // namespace sim

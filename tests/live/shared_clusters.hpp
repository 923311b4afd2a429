// The two clusters that the test cases share: each is made when the first case asks for it and lives until the last
// one ended. A case gets it mended and empty.
#pragma once

#include "tests/live/cluster.hpp"

#include <cstddef>

namespace settle::live {

/// Finished jobs are forgotten within seconds: most are already gone when somebody asks.
cluster& vanishing_cluster();
/// Finished jobs stay in the controller for Slurm's default of five minutes.
cluster& remembering_cluster();
/// Assertions of this program that failed so far.
std::size_t failures();

}  // namespace settle::live

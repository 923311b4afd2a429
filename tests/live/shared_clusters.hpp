// The clusters that the test cases share: each is made when the first case asks for it and lives until the last
// one ended. A case gets it mended and empty.
#pragma once

#include "tests/live/cluster.hpp"

#include <cstddef>

namespace settle::live {

/// Finished jobs are forgotten within seconds: most are already gone when somebody asks.
cluster& vanishing_cluster();
/// Finished jobs stay in the controller for Slurm's default of five minutes.
cluster& remembering_cluster();
/// For a controller that is killed before it wrote its state: what it forgets, and the ids that it gives away twice, are
/// no other case's; nor are other cases' jobs here.
cluster& forgetting_cluster();
/// Assertions of this program that failed so far.
std::size_t failures();

}  // namespace settle::live

// The real Slurm cluster behind the port: runs commands as coroutines on the io thread, has their answers read
// there, and hands them on translated. Together with local_machine the only place where Asio meets the actors.
#pragma once

#include "actors/clock.hpp"
#include "actors/cluster.hpp"
#include "io/io_host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace settle::actors {

struct slurm_cluster_config {
  std::uint32_t uid = 0;
  std::chrono::milliseconds command_deadline{60'000};
  clock_source now;
};

std::shared_ptr<cluster> make_slurm_cluster(std::shared_ptr<io::io_host> host, slurm_cluster_config config);

}  // namespace settle::actors

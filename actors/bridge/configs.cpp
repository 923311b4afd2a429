// Ready-made configurations: settle on this machine's processes, or on the Slurm cluster of this machine.
#include "actors/bridge/local_machine.hpp"
#include "actors/bridge/slurm_cluster.hpp"
#include "actors/system.hpp"

#include <algorithm>
#include <thread>
#include <unistd.h>

namespace settle::actors {

system_config local_config(std::string state_dir) {
  system_config config;
  config.state_dir = std::move(state_dir);
  config.local = make_local_machine(std::make_shared<io::io_host>());
  config.max_concurrent = std::max(1U, std::thread::hardware_concurrency());
  return config;
}

system_config slurm_config(std::string state_dir, core::policy rules) {
  system_config config;
  config.state_dir = std::move(state_dir);
  config.rules = rules;
  config.arrays = true;
  config.slurm =
      make_slurm_cluster(std::make_shared<io::io_host>(), {::geteuid(), rules.command_deadline, config.now});
  return config;
}

}  // namespace settle::actors

// settle inside an actor system: spawn it in your own `caf::actor_system`, send it runs, subscribe, and receive
// item and run verdicts as messages (actors/host_messages.hpp).
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/cluster.hpp"
#include "actors/core/limits.hpp"
#include "actors/messages.hpp"
#include "actors/reader.hpp"
#include "actors/run_store.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace settle::actors {

struct system_config {
  std::string state_dir;  ///< absolute; runs live in its folder `runs`
  std::string home;       ///< what ~ means for jobs
  core::policy rules;
  bool interval_fixed = false;          ///< the user named the poll interval: it is never shortened
  std::size_t max_concurrent = 0;       ///< of the whole backend; 0: no limit
  std::size_t submissions_at_once = 4;  ///< sbatch commands in flight
  /// How long after they left the queue unconfirmed completions of a finished run are still asked about; 0: a finished
  /// run is done with.
  core::duration late_accounting{};
  std::string inbox,
      outbox;  ///< absolute; where other processes leave requests and find answers. Empty: none are taken
  bool arrays = false;      ///< items alike go out as job arrays, as large as the cluster takes them
  bool lone_items = false;  ///< no two items have their turns together: a test's scheduler can shuffle them
  bool reader_aside =
      true;  ///< files are read on a thread of its own; a test's scheduler must see who reads them
  clock_source now = machine_now;
  claim_source claims = claim_in_file;
  run_store_opener open_store = open_run_folder;
  run_store_reopener reopen_store = reopen_run_folder;  ///< of a run that another process left
  std::shared_ptr<cluster> slurm;                       ///< exactly one of these two is set
  std::shared_ptr<machine> local;
};

/// Jobs are processes of this machine, one per processor at a time.
system_config local_config(std::string state_dir);
/// Jobs go to the Slurm cluster whose client commands are on PATH.
system_config slurm_config(std::string state_dir, core::policy rules = {});

/// Registers settle's message types. Call it before the actor system exists: on the configuration with CAF 0.17,
/// which 1.x ignores (there the meta objects are global).
void register_messages(caf::actor_system_config& cfg);

/// The root of settle's actors. send it submit_run, subscribe_run, cancel_run, ask_run, detach_all; an exit message
/// ends all of them (jobs keep running).
caf::actor spawn_settle(caf::actor_system& system, system_config config);

}  // namespace settle::actors

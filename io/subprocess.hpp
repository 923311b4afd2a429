// Runs one command to its end: argv without a shell, its own process group, both pipes drained with a cap,
// a deadline (TERM to the group, then KILL), always reaped through a pidfd. Decides nothing, never blocks
// the io thread, never touches a child it did not start, never changes the process's signal handling.
#pragma once

#include "io/process_end.hpp"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace settle::io {

struct command {
  std::vector<std::string> argv;           ///< argv[0] is looked up on PATH of `environment`
  std::vector<std::string> environment{};  ///< complete, "NAME=value"; nothing is inherited
  std::string input{};                     ///< stdin (a memfd); empty: /dev/null
  std::chrono::milliseconds deadline{60'000};
  std::chrono::milliseconds term_grace{2'000};  ///< between TERM and KILL
  std::chrono::milliseconds pipe_linger{500};   ///< a grandchild may hold the pipes this long past the exit
  std::size_t output_bytes_max = 1u << 30;      ///< per pipe; beyond it: drained, dropped and said so
};

struct command_result {
  int spawn_errno = 0;     ///< not 0: it never started; all else is empty
  process_end end{};       ///< both absent: not known (unkillable, or reaped by somebody else); never success
  bool timed_out = false;  ///< ended by us at its deadline
  bool cancelled = false;  ///< ended by us because the caller cancelled
  bool truncated = false;  ///< some output was dropped at the cap
  bool lingered = false;   ///< the pipes were still held after the exit; what was read is complete up to then
  std::string out;
  std::string err;
  std::uint64_t out_bytes = 0;
  std::uint64_t err_bytes = 0;
  std::chrono::milliseconds elapsed{0};
  std::int32_t pid = 0;
};

/// Runs it. An exec that fails is a spawn_errno, never an exit code. A child that outlives KILL (stuck in the
/// kernel) is given up after 5 s and reaped whenever it ends, so that no call waits without limit. Cancelling the coroutine (terminal) ends the child as a deadline does and still returns a result.
/// The child dies with this process (PR_SET_PDEATHSIG, from the io thread, which lives as long).
asio::awaitable<command_result> run_command(command what);

/// Our environment without what changes Slurm's output or a nested job's behaviour: every SLURM_*, SBATCH_*,
/// SQUEUE_*, SACCT_*, SCANCEL_*, SALLOC_*, SRUN_* variable goes, but SLURM_CONF, SLURM_CONF_SERVER, SLURM_JWT
/// and (for sbatch alone: `keep_sbatch_defaults`) SBATCH_ACCOUNT, SBATCH_PARTITION, SBATCH_QOS,
/// SBATCH_RESERVATION, SBATCH_CONSTRAINT, SBATCH_TIMELIMIT stay. Adds SLURM_TIME_FORMAT=%s,
/// SLURM_BITSTR_LEN=0 and LC_ALL=C for query commands (`keep_sbatch_defaults` false).
std::vector<std::string> slurm_environment(char** environ_of_process, bool keep_sbatch_defaults);

}  // namespace settle::io

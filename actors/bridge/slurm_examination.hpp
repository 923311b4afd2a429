// The questions about a Slurm cluster itself, asked one after the other on the io thread; their answers are judged by
// actors/translate.
#pragma once

#include "actors/clock.hpp"
#include "actors/cluster.hpp"
#include "io/subprocess.hpp"

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace settle::actors {

struct examination {
  std::uint32_t uid = 0;
  std::chrono::milliseconds command_deadline{60'000};
  clock_source now;
  core::policy rules;
  /// Runs one of Slurm's commands in the environment that it has in a run.
  std::function<asio::awaitable<io::command_result>(io::command)> run;
};

/// Calls `done` once. A command that hangs ends at its deadline; after `sbatch --version` failed nothing else is
/// asked, and without a listing only `scontrol ping` and sacct.
asio::awaitable<void> examine_site(examination how, std::function<void(site_answer)> done);

}  // namespace settle::actors

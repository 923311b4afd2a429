// Runs job scripts as processes of this machine: one session per task, output straight to its files, real exit
// codes and signals, resource use as the kernel counts it at the reaping, time limits (TERM, then KILL). Slots are
// the caller's business. Lives on the io thread. Knows job scripts, not items; never changes our own directory.
#pragma once

#include "io/io_host.hpp"
#include "io/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settle::io {

struct local_job {
  std::string script;       ///< whole, with its shebang
  std::string script_file;  ///< where it is written before it is run
  std::string output_file;  ///< created or truncated; parent folders are made
  std::string error_file;   ///< the same path as output_file: both go to one file
  std::optional<std::chrono::seconds> time_limit{};
  std::vector<std::string> environment{};  ///< complete
};

struct local_end {
  std::optional<int> exit;  ///< neither this nor signal: somebody else in this program reaped it
  std::optional<int> signal;
  bool timed_out = false;  ///< ended by us at its time limit
  bool cancelled = false;  ///< ended by us because cancel was called
  bool core_dumped = false;
  std::int64_t start_epoch_s = 0, end_epoch_s = 0;
  std::int64_t elapsed_ms = 0;
  std::int64_t cpu_ms = 0;  ///< user and system, the process and its reaped children
  /// Of the largest process. 0: not known, because it stayed below this program's own peak: the kernel counts
  /// ours, too, for the instant between clone and exec, and the two cannot be told apart.
  std::int64_t max_rss_bytes = 0;
};

class local_executor {
public:
  explicit local_executor(std::shared_ptr<io_host> host);
  /// Leaves running tasks alone: they are their own sessions and outlive us. No callback is under way or called
  /// after it (from another thread it waits for one that is). Time limits end with it; while the host lives,
  /// what ends is still reaped and a cancel that was asked for is carried through.
  ~local_executor();
  local_executor(const local_executor&) = delete;
  local_executor& operator=(const local_executor&) = delete;

  /// Starts it. `started` gets the pid, or why it could not start (rejected: this task's own fault, such as a
  /// log path that cannot be made; unavailable: EAGAIN and the like). `ended` follows exactly once after a
  /// successful start. Both are called on the io thread. Thread safe.
  void start(local_job job, std::function<void(result<std::int32_t>)> started,
             std::function<void(local_end)> ended);
  /// TERM to the group, KILL after 5 s to what is left of it. Unknown pids are ignored. Thread safe.
  void cancel(std::int32_t pid);

private:
  struct impl;
  std::shared_ptr<io_host> host_;
  std::shared_ptr<impl> impl_;
};

}  // namespace settle::io

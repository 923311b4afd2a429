// Runs job scripts as processes of this machine: one session per task, output straight to its files, real exit
// codes and signals, resource use as the kernel counts it, time limits (TERM, then KILL). A small process of its own,
// the keeper (io/local/keeper), waits for each task and writes down how it ended: tasks, their limits and their ends
// outlive us, and another settle finds them again. Slots are the caller's business. Lives on the io thread. Knows job
// scripts, not items; never changes our own directory.
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

/// Where the records of one task are: how another settle finds it again.
struct task_place {
  std::string records;  ///< a folder that exists; of the tasks of one run
  std::string token;    ///< unique in it, and plain: [0-9A-Za-z-]
};

struct local_job {
  task_place place;
  std::string script;                                ///< whole, with its shebang
  std::string script_file;                           ///< where it is written before it is run
  std::string output_file;                           ///< created or truncated; parent folders are made
  std::string error_file;                            ///< the same path as output_file: both go to one file
  std::optional<std::chrono::seconds> time_limit{};  ///< 0: none
  std::vector<std::string> environment{};            ///< complete
};

struct local_end {
  std::optional<int> exit;  ///< this or signal, unless it is lost
  std::optional<int> signal;
  std::string lost{};      ///< not empty: how it ended is not known, and what is; nothing else is set
  bool timed_out = false;  ///< ended by us at its time limit
  bool cancelled = false;  ///< ended by us because cancel was called
  bool core_dumped = false;
  std::int64_t start_epoch_s = 0, end_epoch_s = 0;
  std::int64_t elapsed_ms = 0;
  std::int64_t cpu_ms = 0;         ///< user and system, the process and its reaped children
  std::int64_t max_rss_bytes = 0;  ///< of the largest process
};

/// What became of a task that an earlier executor was told to start.
struct found_task {
  enum class what : std::uint8_t {
    runs,   ///< `ended` follows
    ended,  ///< see `end`
    unrun,  ///< it never began, and never will
  };
  what is = what::unrun;
  std::int32_t pid = 0;  ///< 0: not known
  local_end end{};
};

class local_executor {
public:
  explicit local_executor(std::shared_ptr<io_host> host);
  /// Leaves running tasks alone: they are their own sessions and outlive us, with their time limits and with what was
  /// asked of them. No callback is under way or called after it (from another thread it waits for one that is). While
  /// the host lives, what ends is still reaped.
  ~local_executor();
  local_executor(const local_executor&) = delete;
  local_executor& operator=(const local_executor&) = delete;

  /// Starts it. `started` gets the pid once it is certain that the task runs, or why it could not start (rejected: this
  /// task's own fault, such as a log path that cannot be made; unavailable: EAGAIN and the like). `ended` follows
  /// exactly once after a successful start. Both are called on the io thread. Thread safe.
  void start(local_job job, std::function<void(result<std::int32_t>)> started,
             std::function<void(local_end)> ended);
  /// Looks for a task that another process, or another user of this executor, began or was about to begin. Without
  /// `known_to_run` one that has not begun is claimed: it never will. Where its records cannot be read just now, or it
  /// runs on another machine, the answer comes when that has passed. Afterwards as start. Thread safe.
  void find(task_place place, bool known_to_run, std::function<void(found_task)> found,
            std::function<void(local_end)> ended);
  /// TERM to the group, KILL after 5 s to what is left of it. What does not run here is ignored. By place: the number of
  /// a task whose end is not yet written down may be another's. Thread safe.
  void cancel(const task_place& place);

private:
  struct impl;
  std::shared_ptr<io_host> host_;
  std::shared_ptr<impl> impl_;
};

/// Whether find() can be answered here at once. Errors: unavailable (it may run on another machine), storage (its
/// records cannot be read). Reads small files.
result<void> can_find(const task_place& place);

}  // namespace settle::io

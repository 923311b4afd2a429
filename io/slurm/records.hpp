// What Slurm's commands said, as values. A word we do not know is a value, never an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::slurm {

/// Base states (slurm.h job_states, bits 0-7).
enum class base_state : std::uint8_t {
  pending,
  running,
  suspended,
  completed,
  cancelled,
  failed,
  timeout,
  node_fail,
  preempted,
  boot_fail,
  deadline,
  out_of_memory,
};

/// Flags (bits 8 and up). Text prints the first set flag instead of the base state.
enum class state_flag : std::uint32_t {
  completing = 1u << 0,
  stage_out = 1u << 1,
  configuring = 1u << 2,
  expediting = 1u << 3,
  resizing = 1u << 4,
  requeued = 1u << 5,
  requeue_fed = 1u << 6,
  requeue_hold = 1u << 7,
  special_exit = 1u << 8,
  stopped = 1u << 9,
  revoked = 1u << 10,
  resv_del_hold = 1u << 11,
  signaling = 1u << 12,
  launch_failed = 1u << 13,
  reconfig_fail = 1u << 14,
  power_up_node = 1u << 15,
  update_db = 1u << 16,
  unknown = 1u << 31,
};

/// A job state: at most one base and any flags. Text gives one of both, JSON since 23.11 all.
struct job_state {
  std::optional<base_state> base;
  std::uint32_t flags = 0;
  bool canceller_known = false;  ///< "CANCELLED by UID": accounting names who did it
  bool has(state_flag f) const noexcept { return (flags & static_cast<std::uint32_t>(f)) != 0; }
  bool operator==(const job_state&) const = default;
};

/// Reads one state word of text ("CANCELLED by 1000", "COMPLETING", "CANCELLED+", short codes "CD" too).
job_state state_from_text(std::string_view);

/// An exit code. Both absent: unreadable or unknown, which is not 0.
struct code {
  std::optional<std::int32_t> exit;
  std::optional<std::int32_t> signal;
  bool operator==(const code&) const = default;
};

/// Array task of an id such as 145_3 or 145_[1,3-9%4].
struct array_tasks {
  std::uint64_t array_job_id = 0;        ///< 0: no array
  std::optional<std::uint32_t> task_id;  ///< one task
  std::string expression;                ///< "1,3-9%4": the still pending tasks, one row for all
  bool operator==(const array_tasks&) const = default;
};

/// One row of squeue.
struct queue_row {
  std::uint64_t job_id = 0;
  array_tasks array;
  job_state state;
  std::string word;  ///< the state as printed
  code exit;         ///< the controller's exact code
  std::optional<std::uint32_t> restarts;
  std::optional<std::int64_t> submit, start, end;  ///< epoch seconds
  std::string reason;
  std::string name;
  bool operator==(const queue_row&) const = default;
};

/// What a row speaks of: its job, an array's task, or (no index) the rest of an array that waits. As io/job_id.hpp has them.
std::uint64_t subject_of(const queue_row&);

/// One row of sacct: a job's (step empty) or a step's.
struct account_record {
  std::uint64_t job_id = 0;  ///< JobIDRaw
  std::string step;          ///< "", "batch", "extern", "0", …
  array_tasks array;
  job_state state;
  std::string word;
  code exit;
  code derived;
  std::optional<std::int64_t> submit, start, end;
  std::optional<std::int64_t> elapsed_s;
  std::optional<std::int64_t> cpu_ms;
  std::optional<std::int64_t> max_rss_bytes;
  std::optional<std::int32_t> cpus;
  std::string node_list;
  std::string name;
  bool operator==(const account_record&) const = default;
};

/// A row that could not be read: kept for people, and it voids its job for this cycle.
struct bad_row {
  std::string first_bytes;  ///< at most 200
  std::string why;
  std::optional<std::uint64_t>
      job_id;  ///< when at least that was readable: of an array's task its own, not its array's
  /// Its array's id, or once more its own, when that was readable too: it voids every task of that array.
  std::optional<std::uint64_t> array_job_id{};
  std::string
      last_bytes{};  ///< at most 200, of what is behind `first_bytes`: in a line of text the job's name
  bool cut = false;  ///< between the two something is left out that may be a name
  bool operator==(const bad_row&) const = default;
};

template <class Row>
struct table {
  std::vector<Row> rows;
  std::vector<bad_row> bad;
};

}  // namespace settle::slurm

// The port to a Slurm cluster as the backend actor sees it: eight questions, each answered exactly once, on any
// thread, already translated into the rules' own terms. The real one runs commands (actors/bridge), tests play one.
#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/record.hpp"
#include "actors/core/site.hpp"
#include "actors/core/text.hpp"
#include "actors/core/time.hpp"
#include "actors/job_spec.hpp"
#include "io/array_indexes.hpp"
#include "io/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::actors {

/// One readable row of a listing. Ids are as io/job_id.hpp has them.
struct listed_row {
  std::uint64_t job_id = 0;
  core::text name;
  core::listed_job job;
  io::array_indexes rest{};  ///< not empty: a row for all these tasks of array `job_id`, which never began
};

/// What is left of rows that could not be read, so that a search by name knows whether it might be in one of them.
struct unread_rows {
  std::vector<std::string> texts;
  bool cut = false;  ///< not all of them, or not all of one: any name may be there

  void add(std::string text);
  /// Whether a job of that name, or of its array, may be among them.
  bool may_hold(std::string_view job_name) const;
};

/// A whole listing: only this can show absence.
struct listing {
  std::vector<listed_row> rows;
  /// Jobs whose row could not be read: neither present nor absent. An array's own id: every task of it that has no row.
  std::vector<std::uint64_t> unreadable_jobs;
  std::size_t unreadable_rows = 0;  ///< rows that could not even be attributed
  std::string first_unreadable;     ///< for people
  unread_rows unread{};             ///< all of them
};

struct listing_answer {
  io::result<listing> what;
  core::duration begun{};  ///< monotonic, when the command was started
  core::duration latency{};
};

/// All rows of one job id in accounting.
struct accounted_job {
  std::uint64_t job_id = 0;
  core::text name;
  std::vector<core::account_row> rows;
  io::array_indexes rest{};  ///< as listed_row's
};

struct accounting_answer {
  /// The ids that were asked about, less those that were not answered. An array's own id asks about all of its tasks, and
  /// only so rows of those that never began are shown.
  std::vector<std::uint64_t> asked;
  /// Of those that were asked about: some row of theirs could not be read, so nothing was answered.
  std::vector<std::uint64_t> unread{};
  /// What the calls that answered said; an id asked and not here has no row. `unavailable`: no call answered.
  io::result<std::vector<accounted_job>> what;
  bool disabled = false;  ///< the cluster keeps no accounting at all
  bool some_task_unread =
      false;  ///< a row could not be read that may be any array's task's: no task was answered
  unread_rows unread_text{};
  core::duration read{};     ///< monotonic, when the last answer was read
  core::duration latency{};  ///< of the slowest call
};

/// What the cluster is like and what that means under the rules that were asked with.
struct site_answer {
  core::site_facts facts;  ///< with the skew of the controller's clock
  std::vector<core::finding> findings;
};

/// What job arrays a cluster takes.
struct array_limits {
  std::size_t tasks_max = 0;         ///< MaxArraySize: indexes are below it; below 2: none
  std::size_t script_bytes_max = 0;  ///< of the whole script
};

struct call_count {
  std::string program;
  std::uint64_t calls = 0;
};

class cluster {
public:
  virtual ~cluster() = default;

  /// Every job of this user that the controller holds, ended ones included. One squeue.
  virtual void list(std::function<void(listing_answer)> done) = 0;
  /// As many of the ids as fit into `calls_max` calls, in order. The rest is asked next cycle.
  virtual void account(std::vector<std::uint64_t> ids, std::size_t calls_max,
                       std::function<void(accounting_answer)> done) = 0;
  /// Jobs by exact name, submitted since. One sacct.
  virtual void account_by_name(std::vector<std::string> names, core::epoch_seconds since,
                               std::function<void(accounting_answer)> done) = 0;
  /// One sbatch. rejected, unavailable, maybe_submitted: see io::errc.
  virtual void submit(const job_spec& job, std::function<void(io::result<std::uint64_t>)> done) = 0;
  /// scancel; says nothing about what became of the jobs.
  virtual void cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) = 0;
  /// Records that slurmctld has not yet sent to slurmdbd; none: it did not say.
  virtual void accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) = 0;
  /// One scontrol; Slurm's defaults where it does not answer.
  virtual void arrays(std::function<void(array_limits)> done) = 0;
  /// Looks at the cluster itself: versions, limits, accounting, clock. At most six commands, one after the other;
  /// those that an earlier answer made pointless are left out. Submits nothing.
  virtual void examine(const core::policy& rules, std::function<void(site_answer)> done) = 0;

  /// Why no run may be started here, in words; empty: nothing is known against it, or nobody answered in
  /// limits::admission_patience. One scontrol.
  virtual void refusal(std::function<void(std::string)> done) = 0;

  /// Commands started so far.
  virtual std::vector<call_count> calls() const = 0;
};

/// The port of the local backend: one process per job.
struct process_end {
  std::string lost;  ///< not empty: how it ended is not known, and what is; nothing else is set
  std::optional<std::int32_t> exit;
  std::optional<std::int32_t> signal;
  bool timed_out = false;
  bool cancelled = false;
  core::epoch_seconds start = 0;
  core::epoch_seconds end = 0;
  std::int64_t elapsed_ms = 0;
  std::int64_t cpu_ms = 0;
  std::int64_t max_rss_bytes = 0;
};

/// What became of a process that was ordered earlier.
struct process_found {
  std::uint64_t pid = 0;  ///< 0: not known
  std::optional<process_end> end;
  bool unrun = false;  ///< it never began, and never will
};

class machine {
public:
  virtual ~machine() = default;
  /// `started` gets the pid or the reason; after a pid, `ended` follows exactly once. Any thread.
  virtual void start(const job_spec& job, std::function<void(io::result<std::uint64_t>)> started,
                     std::function<void(process_end)> ended) = 0;
  /// Looks for what an earlier order of this job became, of this process or of another one; with `known_to_run` it is
  /// never unrun. Where it runs, `ended` follows exactly once. Any thread.
  virtual void find(const job_spec& job, bool known_to_run, std::function<void(process_found)> found,
                    std::function<void(process_end)> ended) = 0;
  /// Whether find() can be answered on this machine: unavailable, storage. Reads small files.
  virtual io::result<void> can_find(const job_spec& job) = 0;
  virtual void cancel(const job_spec& job) = 0;
};

}  // namespace settle::actors

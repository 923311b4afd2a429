// What a scheduler said about one job, reduced to what the rules need. `actors/translate` makes these
// from Slurm's words; nothing here knows a word of Slurm's.
#pragma once

#include "actors/core/maybe.hpp"
#include "actors/core/short_text.hpp"
#include "actors/core/status.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settle::core {

/// What a job state means for a verdict.
enum class meaning : std::uint8_t {
  waiting,      ///< any live pending form; will run (again), or is held
  alive,        ///< any running form, also one that is ending (COMPLETING)
  present,      ///< a word we do not know: the job is there, and that is all we learn
  succeeded,    ///< ended, the scheduler calls it a success
  failed,       ///< ended, with a cause
  interrupted,  ///< ended by NODE_FAIL, PREEMPTED or BOOT_FAIL: may come back under the same id
  requeued,     ///< accounting's row of an earlier attempt; never an outcome
};

/// Whether a job that waits will start by itself.
enum class prospect : std::uint8_t {
  starts,     ///< as far as is known: its turn comes
  may_start,  ///< something is in its way that may go by itself; people should know
  stuck,      ///< never, unless somebody does something
};

/// How a process ended. `exit` and `signal` are never both set to a failure; absent means unreadable.
struct exit_status {
  maybe<std::int32_t> exit{};
  maybe<std::int32_t> signal{};
  bool operator==(const exit_status&) const = default;
};

/// One job in one listing.
struct listed_job {
  meaning means = meaning::present;
  cause why = cause::none;  ///< with failed and interrupted
  exit_status exact{};      ///< the controller's own code; only of ended jobs
  maybe<std::uint32_t> restarts{};
  maybe<epoch_seconds> submit{};
  maybe<epoch_seconds> start{};
  maybe<epoch_seconds> end{};
  short_text word{};                    ///< the state as the scheduler spelled it
  short_text reason{};                  ///< why it waits, or why it ended
  prospect outlook = prospect::starts;  ///< with waiting: what that reason means
  bool operator==(const listed_job&) const = default;
};

/// The job script's own row in accounting (`.batch`).
struct batch_row {
  meaning means = meaning::present;
  exit_status code{};
  bool operator==(const batch_row&) const = default;
};

/// One attempt of one job in accounting, its steps folded in.
struct account_row {
  meaning means = meaning::present;
  cause why = cause::none;
  exit_status code{};  ///< as printed: before Slurm 25.11 codes >= 128 lack 128
  maybe<epoch_seconds> submit{};
  maybe<epoch_seconds> start{};
  maybe<epoch_seconds> end{};  ///< absent: not final, whatever the state says
  std::optional<batch_row> batch{};
  bool step_failed = false;      ///< some other step failed (DerivedExitCode or a step's row)
  bool step_unfinished = false;  ///< some step has no end although the job has one
  bool canceller_known = false;  ///< "CANCELLED by UID" rather than bare CANCELLED
  maybe<std::int64_t> elapsed_s{};
  maybe<std::int64_t> cpu_ms{};         ///< total CPU over steps
  maybe<std::int64_t> max_rss_bytes{};  ///< largest over steps
  maybe<std::int32_t> cpus{};
  short_text node_list{};
  short_text word{};
  bool operator==(const account_row&) const = default;
};

}  // namespace settle::core

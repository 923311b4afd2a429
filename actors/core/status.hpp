// The words of every output: item states, run states, evidence and causes. Spelled once, here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace settle::core {

/// Where an item is. The order is the order of a life without incident.
enum class item_status : std::uint8_t {
  pending,     ///< not yet known to the scheduler: waits for deps, a slot, or an sbatch under way or unclear
  submitted,   ///< sbatch returned an id; never yet seen in squeue
  queued,      ///< seen PENDING in squeue
  running,     ///< seen running
  settling,    ///< the queue no longer holds it; accounting has not confirmed. Not terminal
  completed,   ///< terminal: success
  failed,      ///< terminal: failure, with a cause
  dep_failed,  ///< terminal: a dependency failed; it never reached the scheduler
};
inline constexpr std::size_t item_status_count = 8;

/// Where a run is.
enum class run_status : std::uint8_t {
  pending,    ///< nothing was submitted yet
  running,    ///< some item is not terminal
  completed,  ///< every item completed (also: there is none)
  failed,     ///< every item is terminal and some failure was not our cancel's doing
  cancelled,  ///< every item is terminal and our cancel is the root of every failure
};

/// Who says so.
enum class evidence : std::uint8_t {
  not_applicable,  ///< settle's own decision: rejected, cancelled before submission, dep_failed; null in JSON
  none,            ///< unconfirmed: nobody ever said how it ended
  accounting,      ///< sacct's final row
  queue,           ///< a failure taken from a listing
  controller,      ///< slurmctld's terminal record decides where accounting cannot
  witness,         ///< the job script's own exit record
  process,         ///< the local backend saw the process end
  imported,        ///< a file of scripthut's, which recorded how it ended; settle asked nobody
};

/// Why an item failed.
enum class cause : std::uint8_t {
  none,               ///< it did not fail
  exit_nonzero,       ///< the command's own exit code
  signal,             ///< ended by a signal
  timeout,            ///< its time limit
  out_of_memory,      ///< its memory limit
  cancelled,          ///< somebody cancelled it
  node_failure,       ///< its node failed
  preempted,          ///< a more important job took its place, and it was not requeued
  boot_failure,       ///< its node did not boot
  deadline,           ///< Slurm's --deadline passed
  launch_failure,     ///< it never started: working_dir, output path, prolog
  rejected,           ///< sbatch refused it
  never_recorded,     ///< neither queue nor accounting ever knew it
  lost,               ///< the controller forgot it
  dependency_failed,  ///< with dep_failed only
  generator_failed,   ///< it succeeded, but the document it had to write is missing or wrong
};

constexpr bool is_terminal(item_status s) noexcept {
  return s >= item_status::completed;
}
/// Live items hold a concurrency slot.
constexpr bool is_live(item_status s) noexcept {
  return s >= item_status::submitted && s <= item_status::settling;
}

std::string_view to_text(item_status) noexcept;
std::string_view to_text(run_status) noexcept;
/// "null" for not_applicable: writers print that one without quotes.
std::string_view to_text(evidence) noexcept;
std::string_view to_text(cause) noexcept;

std::optional<item_status> item_status_from_text(std::string_view) noexcept;
std::optional<run_status> run_status_from_text(std::string_view) noexcept;
std::optional<evidence> evidence_from_text(std::string_view) noexcept;
std::optional<cause> cause_from_text(std::string_view) noexcept;

}  // namespace settle::core

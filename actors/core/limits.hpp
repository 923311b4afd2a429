// Every limit and default of the rules, with its unit and its reason. A configuration may change the
// members of `policy`; the constants below are fixed.
#pragma once

#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace settle::core {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// When the job script's own exit record is used (docs/decisions/0013).
enum class witness_use : std::uint8_t {
  automatic,  ///< written; read where accounting is off or silent, or may have cut the code
  on,         ///< written; read at every verdict, and what contradicts is a warning
  off,        ///< neither written nor read
};

/// What a user may set; the defaults are those of the manual page.
struct policy {
  /// Accounting is asked about a submitted item that no listing shows, at the latest after this.
  duration submit_grace = seconds{60};
  /// Neither queue nor accounting know a submitted item, both answering: failed, never_recorded.
  duration submit_no_record = seconds{300};
  /// Observed time in settling without a final record until the fallback; none: never.
  std::optional<duration> settle_no_record = seconds{600};
  /// A scheduler command that runs longer than this is ended and its answer is void.
  duration command_deadline = seconds{60};
  /// Start-to-start distance of two cycles.
  duration poll_interval = seconds{15};
  /// What the site allows at the most often; wins over poll_interval.
  duration poll_interval_min = seconds{1};
  /// Both controller and accounting must stay silent this long before an unclear sbatch is repeated.
  duration search_silence = seconds{120};
  /// A failed step inside a job that ended COMPLETED 0:0 fails the item (else it is a warning).
  bool derived_exit_fails = false;
  /// Observed time in the queue, stuck, after which settle cancels the job; none: never.
  std::optional<duration> fail_stuck_after{};
  /// Dependents start after an unconfirmed completion too (else they wait).
  bool unconfirmed_releases = true;
  /// Slurm only; the end of a local process is the truth itself.
  witness_use witness = witness_use::automatic;
};

namespace limits {
/// slurmctld answers in some 10 ms when healthy; more often than once a second is abuse.
inline constexpr duration poll_interval_floor = seconds{1};
/// Past this the interval no longer grows with the controller's latency.
inline constexpr duration poll_interval_ceiling = minutes{5};
/// Interval while something settles, unless the user fixed one: verdicts arrive within seconds.
inline constexpr duration poll_interval_settling = seconds{5};
/// sacct calls in one cycle, however much is settling.
inline constexpr std::size_t accounting_calls_per_cycle_max = 4;
/// Job names in one search by name: they share the one argument of sacct's that may hold 128 KiB.
inline constexpr std::size_t names_per_search_max = 1000;
/// Live jobs of ours that must be missing at once for a listing to be suspect.
inline constexpr std::size_t suspicious_absence_min = 3;
/// So often in a row must accounting have answered without a row before a job was never recorded: an answer that is empty
/// may be what some wrapper or dying daemon left of it.
inline constexpr std::uint8_t rowless_answers_believed = 2;
/// A search that found nothing meets a claim without a name so often before it is one that its job never completed.
inline constexpr std::uint8_t claim_unreadable_looks = 2;
/// Our clock and Slurm's may differ by this much beyond the measured skew.
inline constexpr seconds clock_slack{600};
/// The same before the skew was measured: a search by name reaches back this far.
inline constexpr hours clock_slack_unmeasured{48};
/// As many submissions tell how far the controller's clock is from ours.
inline constexpr std::size_t clock_readings_kept = 8;
/// Listings that must not show the job before PREEMPTED, NODE_FAIL or BOOT_FAIL decide.
inline constexpr std::uint8_t listings_after_interruption = 2;
/// Listings that must not show the job before any other failure row decides.
inline constexpr std::uint8_t listings_after_failure = 1;
/// Cycles in which a missing .batch row keeps a COMPLETED main row from deciding.
inline constexpr std::uint8_t batch_row_missing_cycles_max = 2;
/// The same silence while sdiag does not say that accounting has heard of everything: it is down, or never idle.
inline constexpr duration search_silence_blind = minutes{15};
/// A generated document is looked for this long: network file systems lag.
inline constexpr duration generated_document_wait = seconds{60};
/// sbatch itself retries a full controller for up to 120 s: what it gets beside twice the command deadline.
inline constexpr duration submit_patience = seconds{10};
/// A run's start waits this long for the cluster to say what speaks against it, then begins as if nothing did: who does
/// not answer runs no sbatch either.
inline constexpr duration admission_patience = seconds{10};
/// Slurm's own default of MaxArraySize, where the cluster does not say.
inline constexpr std::size_t array_size_default = 1001;
/// An array's script stays below this: slurmctld sends all of it with every task that it starts (decision 0020).
inline constexpr std::size_t array_script_bytes_max = std::size_t{256} << 10;
/// Items that become ready within this go out together.
inline constexpr duration array_gathering = std::chrono::milliseconds{50};
/// Observed time after which an array's task that is gone from the waiting rest, and of which accounting that has caught
/// up knows nothing, was cancelled there. slurmctld tells of what has begun within some 5 s.
inline constexpr duration array_rest_gone = seconds{60};
/// First and longest wait before a refused submission is repeated; doubles in between.
inline constexpr duration submit_backoff_min = seconds{2};
inline constexpr duration submit_backoff_max = minutes{5};
/// Actor restarts within the period before the runtime gives up (OTP: intensity and period).
inline constexpr std::size_t restart_intensity = 10;
inline constexpr duration restart_period = seconds{60};
/// Between two looks for requests of other processes.
inline constexpr duration requests_interval = seconds{1};
/// After it left the queue accounting may still confirm or correct an unconfirmed completion, so long somebody asks.
inline constexpr duration late_accounting = std::chrono::hours{24};
/// What only a killed process leaves, or one that waits no more, is not touched before: everybody else is done by then.
inline constexpr duration debris_kept = std::chrono::hours{24};

static_assert(poll_interval_floor < poll_interval_settling);
static_assert(poll_interval_settling < poll_interval_ceiling);
}  // namespace limits

}  // namespace settle::core

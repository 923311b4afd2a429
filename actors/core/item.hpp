// The life of one item: a total table of (state, event), and `advance`, the only function that changes an
// item. It decides; it never acts: what must be done in the world comes back as effects. The same function
// serves the live actor, the compact rows of the supervisor, replay and the simulation.
#pragma once

#include "actors/core/boxed.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/record.hpp"
#include "actors/core/status.hpp"
#include "actors/core/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace settle::core {

/// What was observed or asked. Past tense: an event has happened.
enum class event_kind : std::uint8_t {
  submit_asked,     ///< the supervisor gave it a slot; the intent is durable; sbatch starts
  submit_accepted,  ///< sbatch returned an id, or the search found the token's job
  submit_refused,   ///< sbatch said no for good
  submit_deferred,  ///< sbatch said not now (limits, busy controller)
  submit_unclear,   ///< sbatch timed out or died: there may be a job
  search_silent,    ///< controller and accounting answered, and stayed silent long enough
  claim_found,  ///< its claim names the job that runs it, or ran it: another one than was thought, or unheard of
  claim_unreadable,     ///< nobody knows a job of its, and yet one has left a claim without a name
  listed_waiting,       ///< a listing shows it in a pending form
  listed_alive,         ///< a listing shows it in a running form
  listed_present,       ///< a listing shows it with a word we do not know, or its row was unreadable
  listed_succeeded,     ///< a listing shows it COMPLETED
  listed_failed,        ///< a listing shows it ended badly, for good
  listed_interrupted,   ///< a listing shows NODE_FAIL, PREEMPTED or BOOT_FAIL: it may come back
  absent,               ///< a whole listing, begun after the submission was known, lacks it
  accounting_answered,  ///< sacct answered; the judgement of its rows
  accounting_failed,    ///< sacct was asked and did not answer
  accounting_disabled,  ///< the cluster keeps no accounting
  no_record_due,        ///< observed time since settling (or submission) began has passed its limit
  stuck_due,            ///< observed time in which listings showed it stuck has passed its limit
  process_started,      ///< local backend: the process runs
  process_ended,        ///< local backend: the process ended, with its verdict
  dependency_failed,    ///< a dependency failed
  cancel_asked,         ///< somebody asked settle to cancel it
  document_accepted,    ///< the generated document was read and its tasks joined the run
  document_refused,     ///< the generated document is missing or wrong
};
inline constexpr std::size_t event_kind_count = 26;

struct event {
  event_kind kind{};
  instant at{};  ///< now
  /// submit_accepted, claim_found, process_started: the id (local: the pid).
  std::uint64_t job_id = 0;
  /// listed_*: the row (`means` need not be set, the kind says it). `begun` orders it against accounting answers.
  rare<listed_job> job{};
  /// listed_* and absent: when the listing's command was started (monotonic).
  duration begun{};
  /// accounting_answered.
  rare<judgement> judged{};
  /// accounting_answered: when the answer was read (monotonic).
  duration read{};
  /// accounting_answered, and no_record_due of a submitted item: accounting has caught up (the controller's queue to
  /// slurmdbd was empty before it was asked, or a later job of ours has its row). Without that nothing is decided from
  /// what it lacks: neither that a job was never recorded, nor that an interrupted one has no later life.
  bool accounting_caught_up = false;
  /// no_record_due, perhaps before the limit has passed: of an array's task that was last listed among those of its
  /// array that wait, and of whose beginning accounting, asked about the whole array and caught up, knows nothing. Slurm
  /// keeps no record of such a task when somebody cancels it alone.
  bool rest_of_array = false;
  /// process_ended. With `witnessed` also on accounting_disabled and no_record_due: what the job script's own
  /// exit record says; it speaks where neither accounting nor the controller can.
  rare<verdict> ended{};
  bool witnessed = false;
  /// refusals, deferrals, reasons: the other side's own words.
  std::string words{};
};

/// What the owner of the item must now do. Order matters: carry them out as listed.
enum class effect : std::uint8_t {
  publish,            ///< its state, or what keeps it in the queue, changed: journal it, then show it
  ask_accounting,     ///< include it in the accounting calls of this and the following cycles
  stop_accounting,    ///< no longer needed
  start_clock,        ///< observed time until no_record_due (queued: stuck_due) begins now
  stop_clock,         ///< forget that deadline
  submit_again,       ///< back to the ready queue (after back-off where it was deferred)
  search_token,       ///< look for the token in controller and accounting
  cancel_job,         ///< scancel the job (or end the process)
  read_document,      ///< a generator succeeded: read what it wrote
  report_rerun,       ///< seen alive after a confirmed verdict: one `rerun` event, nothing else
  report_correction,  ///< late accounting confirmed or corrected an unconfirmed completion
  finished,           ///< the verdict is reached; the actor can go
};

/// Where a pending item's submission stands.
enum class submission : std::uint8_t {
  none,      ///< not asked
  asked,     ///< sbatch is under way
  deferred,  ///< refused for now
  unclear,   ///< there may be a job: searched by token
};

/// One item. A value: copy it, journal it, compare it. A run has a million of them: what is large and mostly absent is
/// boxed, and the small ones stand together.
struct item {
  item_status status = item_status::pending;
  submission sub = submission::none;
  bool generator = false;     ///< it must deliver a task document
  bool ever_running = false;  ///< some listing showed it running
  bool cancel_asked = false;  ///< by us
  bool rerun_reported = false;
  bool document_wanted = false;         ///< success is decided; the generated document is not yet accepted
  bool backlog_asked = false;           ///< it must know whether accounting has caught up
  bool candidate_newest = false;        ///< accounting had caught up when `candidate`'s row was read
  bool bare_cancel = false;             ///< that row is CANCELLED by nobody, see judgement
  bool accounting_row_seen = false;     ///< some row that is ours, final or not
  bool never_ran_row = false;           ///< the newest such row is not final and has no start
  bool accounting_off = false;          ///< the cluster said that it keeps no accounting
  bool accounting_asked = false;        ///< ask_accounting was given and not yet taken back
  bool clock_running = false;           ///< start_clock was given and not yet taken back
  bool denied = false;                  ///< the last listing that could tell lacked it
  prospect outlook = prospect::starts;  ///< of a queued item: what `reason` means
  bool reason_told = false;             ///< people should know `reason`: it belongs to what is published
  bool delay_told = false;              ///< a reason of kind may_start was told in this attempt
  std::uint8_t batch_missing_cycles = 0;
  std::uint8_t listings_needed = 0;       ///< that must not show it before `candidate` decides
  std::uint16_t accounting_attempts = 0;  ///< asked and either answered or failed, since settling
  std::uint32_t attempt = 0;              ///< 0 before the first submission
  std::uint32_t submissions = 0;          ///< sbatch intents so far; part of the token
  std::uint64_t job_id = 0;               ///< 0: none known
  maybe<epoch_seconds> first_submit{};    ///< the controller's submit time as first listed
  maybe<epoch_seconds> submit{};          ///< last listed
  maybe<epoch_seconds> start{};           ///< last listed
  maybe<std::uint32_t> restarts{};        ///< last listed
  std::optional<exit_status> exact{};     ///< the controller's exit code, once it showed one
  maybe<duration> finished_at{};          ///< wall; an approximation until accounting corrects it
  duration candidate_read{};
  duration decided{};              ///< monotonic time of the verdict; older listings are no rerun
  boxed<listed_job> controller{};  ///< the controller's terminal record, once shown
  boxed<verdict> candidate{};      ///< a failure row waiting for those listings; the success of a
                                   ///< generator whose document is wanted
  boxed<verdict> reached{};        ///< set exactly when the status is terminal
  boxed<std::string> given_up{};   ///< we cancelled it because it was stuck: the words of that
  short_text reason{};             ///< why it waits, in the scheduler's words
  bool operator==(const item&) const = default;
};

/// How a cell of the table answers. `ignore` may happen and changes nothing; `impossible` would be a bug
/// of ours and is asserted. Nothing Slurm can cause is impossible.
enum class action : std::uint8_t;

/// Applies one event. Returns the effects, in order; empty when nothing is to be done.
std::vector<effect> advance(item& it, const event& e, const policy& rules);

/// What the owner must do for an item that another process left: monotonic times and counts of that process
/// are forgotten, an sbatch under way becomes unclear, and the effects that were in force are given again.
std::vector<effect> resume(item& it, instant now);

/// The answer of the table (for tests and documents; `advance` applies it).
action action_for(event_kind, item_status) noexcept;
/// A deliberate ignorance or a handled event: false only where the event would be a bug of ours.
bool is_possible(event_kind, item_status) noexcept;

/// The table as Markdown, for docs/states.md.
std::string states_markdown();

/// The first rule about a single item that this one breaks, in words; empty: none. For items that come from outside.
std::string_view broken_rule(const item& it) noexcept;
/// Asserts that it breaks none (called after each advance, also in release).
void check(const item& it);

std::string_view to_text(event_kind) noexcept;
std::string_view to_text(effect) noexcept;

}  // namespace settle::core

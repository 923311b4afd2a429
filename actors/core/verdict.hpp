// How an item ended and who says so, and the rule that reads it from accounting's rows (the manual's
// chapter "How a verdict is reached"). Pure: rows in, judgement out.
#pragma once

#include "actors/core/record.hpp"
#include "actors/core/short_text.hpp"
#include "actors/core/status.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace settle::core {

/// What is known beside the outcome. All of it may still be filled in after a verdict.
struct details {
  maybe<epoch_seconds> start{};
  maybe<epoch_seconds> end{};
  maybe<std::int64_t> elapsed_s{};
  maybe<std::int64_t> cpu_ms{};
  maybe<std::int64_t> max_rss_bytes{};
  maybe<double> cpu_efficiency{};  ///< cpu time over elapsed time times cpus, 0 to 1
  short_text node_list{};
  short_text raw_state{};  ///< the scheduler's word, e.g. "CANCELLED by 1000"
  bool operator==(const details&) const = default;
};

/// A terminal state with its evidence.
struct verdict {
  item_status status = item_status::completed;
  evidence who = evidence::not_applicable;
  cause why = cause::none;
  maybe<std::int32_t> exit_code{};  ///< absent is not 0
  maybe<std::int32_t> signal{};
  short_text error{};    ///< words for people; empty where there is nothing to say
  short_text warning{};  ///< completed, but look: a failed step, a missing .batch row
  details facts{};
  bool operator==(const verdict&) const = default;
};

/// completed with evidence none is the only unconfirmed verdict.
inline bool is_confirmed(const verdict& v) noexcept {
  return v.status != item_status::completed || v.who != evidence::none;
}

/// Words every unconfirmed completion's `error` begins with.
inline constexpr std::string_view unconfirmed_marker =
    "marked COMPLETED after the scheduler queue clear but accounting never returned a row \xE2\x80\x94 "
    "exit code unknown";

/// Which rows of an id are ours: ids are reused. Rows under another job's token are left out before.
struct job_identity {
  std::uint64_t job_id = 0;
  std::optional<epoch_seconds> first_submit{};  ///< the controller's, as first listed
  std::optional<epoch_seconds> last_submit{};   ///< the controller's, of the newest life that was listed
};

/// What accounting's rows amount to.
struct judgement {
  enum class kind : std::uint8_t {
    no_row,         ///< nothing that is ours
    not_final,      ///< rows, but none that may decide
    batch_missing,  ///< final and successful but for the missing .batch row: look again next cycle
    forged,         ///< "runaway" repair: Start equals End with unfinished steps; stays unconfirmed
    success,
    failure,
    interruption,  ///< failure by NODE_FAIL, PREEMPTED or BOOT_FAIL
  };
  kind what = kind::no_row;
  verdict reached{};       ///< with success, failure, interruption, and what it would be with batch_missing
  bool never_ran = false;  ///< not_final: the newest row has no start
  bool code_may_be_cut = false;  ///< failure: only accounting told the code, and it may be 128 more
  bool bare_cancel = false;  ///< failure: a job that ran is CANCELLED and nobody is named as the canceller
};

/// Judges the rows of one job id. `exact` is the controller's code where a listing ever showed it: it
/// wins over accounting's when both agree modulo 128. `batch_missing_ok` lets the main row decide alone.
judgement judge(std::span<const account_row> rows, const job_identity& ours,
                const std::optional<exit_status>& exact, bool derived_exit_fails, bool batch_missing_ok);

/// The verdict that the controller's own terminal record gives (evidence controller or queue).
verdict from_controller(const listed_job& job, evidence who);

/// The verdict that the job script's own exit record gives (evidence witness).
verdict from_witness(const exit_status& code, std::optional<epoch_seconds> start,
                     std::optional<epoch_seconds> end);
/// Where the script's own record contradicts the verdict of accounting, says so in its warning.
void compare_with_witness(verdict& v, std::int32_t recorded_exit);

/// The controller's exact code, where it became known only after the rows were judged, replaces a code that
/// accounting had cut by 128.
void sharpen(verdict& v, const exit_status& exact);

}  // namespace settle::core

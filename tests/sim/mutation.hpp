// Rules that are wrong on purpose, switched on while a story runs: what other tools do, and what settle would do if one of
// its rules were missing. A checker that does not catch them checks nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sim {

enum class mutation : std::uint8_t {
  none,
  gone_is_done,              ///< what left the queue has succeeded
  failed_call_is_empty,      ///< an unavailable listing reads as an empty one
  half_answer_is_whole,      ///< a cut or failed answer is believed
  lost_reply_submits_again,  ///< an unclear sbatch is repeated at once
  silence_at_once,           ///< one silent look is enough to repeat it
  crash_forgets_intents,     ///< what was under way when settle died is submitted anew
  ids_alone,                 ///< whose row it is, the id alone decides
  oldest_row_decides,        ///< accounting's first row, not its newest
  requeued_is_final,         ///< the row of an earlier attempt is an outcome, and no listing is waited for
  end_unknown_is_final,      ///< a state without an end is believed
  interruption_is_final,     ///< NODE_FAIL and PREEMPTED are believed as they come
  clock_runs_in_outages,     ///< settle_no_record counts while nobody answers
  code_alone_decides,        ///< 0:0 is success, whatever the state
  unconfirmed_is_confirmed,  ///< the fallback is shown as a fact
  shown_before_durable,      ///< subscribers hear of it before the journal holds it
  another_task_decides,      ///< of an array, the row of another task
  no_claim,       ///< what is submitted anew was not claimed before: its first job may come to light yet
  claims_unread,  ///< a job that ran nothing because another had its claim is the item's all the same
};
inline constexpr std::size_t mutation_count = 19;

constexpr std::array<std::string_view, mutation_count> mutation_names{
    "none",
    "gone_is_done",
    "failed_call_is_empty",
    "half_answer_is_whole",
    "lost_reply_submits_again",
    "silence_at_once",
    "crash_forgets_intents",
    "ids_alone",
    "oldest_row_decides",
    "requeued_is_final",
    "end_unknown_is_final",
    "interruption_is_final",
    "clock_runs_in_outages",
    "code_alone_decides",
    "unconfirmed_is_confirmed",
    "shown_before_durable",
    "another_task_decides",
    "no_claim",
    "claims_unread",
};

constexpr std::optional<mutation> mutation_named(std::string_view name) {
  for (std::size_t i = 0; i < mutation_names.size(); ++i)
    if (mutation_names[i] == name)
      return static_cast<mutation>(i);
  return std::nullopt;
}

}  // namespace sim

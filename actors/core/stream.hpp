// The run's public story: what subscribers, the journal and `--json` are told, one value per line.
// `seq` grows by one per run.
#pragma once

#include "actors/core/run.hpp"
#include "actors/core/status.hpp"
#include "actors/core/verdict.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace settle::core {

enum class stream_kind : std::uint8_t {
  run_started,        ///< first event of a run: counts hold all items as pending
  items_added,        ///< a generator's tasks joined; `item` names the generator
  item,               ///< a transition, or news of why a queued item does not start
  rerun,              ///< a job was seen alive after its confirmed verdict; nothing changed
  verdict_corrected,  ///< late accounting confirmed or corrected an unconfirmed completion
  notice,             ///< something people should know (an outage begins or ends, an actor was restarted)
  run_finished,       ///< every item is terminal
};

struct stream_event {
  stream_kind kind = stream_kind::item;
  std::uint64_t seq = 0;
  std::string run;
  std::string item;          ///< task id; empty for run events
  item_status status{};      ///< of the item
  run_status run_state{};    ///< run_started, run_finished
  bool confirmed = false;    ///< run_finished
  counts tally{};            ///< run_started, items_added, run_finished
  duration at{};             ///< wall clock; printed as epoch seconds with milliseconds
  std::uint64_t job_id = 0;  ///< 0: none, printed as null
  std::uint32_t attempt = 0;
  maybe<std::int32_t> exit_code;
  maybe<std::int32_t> signal;
  evidence who = evidence::not_applicable;
  cause why = cause::none;
  std::string
      reason;  ///< a queued item that is stuck, or may be: why, in the scheduler's words; empty: left out
  std::string advice;   ///< what to do about that; goes with `reason`
  std::string error;    ///< empty: null
  std::string warning;  ///< empty: left out
  details facts;        ///< terminal items
};

}  // namespace settle::core

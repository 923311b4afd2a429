// The public event stream as JSON lines, and back. One spelling for `--json`, the journal and `watch`. Pure.
#pragma once

#include "actors/core/stream.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace settle::actors {

/// One line without its newline. Items: {"event":"item","v":1,"seq":…,"run":…,"item":…,"status":…,"at":…,
/// "job_id":…,"attempt":…,"exit_code":…,"signal":…,"evidence":…,"cause":…,"error":…} and, where known,
/// "warning", "start", "end", "elapsed", "cpu_seconds", "max_rss", "cpu_efficiency", "nodes", "raw_state". `cause`
/// is null where there is none; `evidence` is null where settle decided itself; `job_id` is a string as in
/// scripthut, or null. `at` is epoch seconds with milliseconds. run_finished: "status", "confirmed", "counts" (all
/// eight states by name, and "unconfirmed").
std::string to_json(const core::stream_event&);

/// The same event; none for a line that is no event of ours (the journal holds other lines too).
std::optional<core::stream_event> stream_event_from_json(std::string_view line);

}  // namespace settle::actors

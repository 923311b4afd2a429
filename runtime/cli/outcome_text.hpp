// An item's outcome and a run's verdict in words. Pure; all that comes from outside is made printable here.
#pragma once

#include "actors/core/stream.hpp"
#include "runtime/settle.hpp"

#include <chrono>
#include <string>

namespace settle::cli {

/// completed, confirmed, and nothing to look at.
bool is_plain_success(const core::stream_event& e);

/// "exit 3", "signal 9 (KILL)", "" where neither is known.
std::string exit_in_words(const core::stream_event& e);

/// Why a queued item does not start, and the advice: "JobHeldAdmin: held by …"; empty where nothing keeps it.
std::string reason_in_words(const core::stream_event& e);

/// "queued: train/7: JobHeldAdmin: held by …".
std::string waiting_line(const core::stream_event& e);

/// "failed: train/7 (timeout, signal 15 (TERM)): words"; "unconfirmed: x: words".
std::string verdict_line(const core::stream_event& e);

/// The state as people are told it: "unconfirmed" for a completion without evidence.
std::string state_in_words(const core::stream_event& e);

/// The run's verdict in one sentence, its trouble or that it is not finished.
std::string verdict_sentence(const run_summary& run);

}  // namespace settle::cli

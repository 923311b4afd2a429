// A run's summary as `settle status` and `settle list` print it for people. Pure.
#pragma once

#include "runtime/settle.hpp"
#include "runtime/show.hpp"

#include <cstddef>
#include <string>

namespace settle::cli {

/// The reader's own time zone, to the second: "2026-03-01 12:00:00".
std::string local_time(core::duration at);

/// "confirmed" or "unconfirmed" for a run that is over, else "-".
std::string confirmed_in_words(const run_summary& run);

/// "run ID (its title), retry of ID".
std::string run_in_words(const shown_run& run);

/// Status, counts, how long, and the first 20 items that failed or are stuck: those that failed by themselves
/// first, then the stuck ones, then those that never started. `now`: wall clock. `width`: columns, 0 no limit.
std::string status_text(const shown_run& run, core::duration now, std::size_t width);

}  // namespace settle::cli

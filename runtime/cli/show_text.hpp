// A run, or one item of it, as `settle show` prints it for people. Pure but for looking which log file exists.
#pragma once

#include "runtime/show.hpp"

#include <cstddef>
#include <string>

namespace settle::cli {

/// `now`: wall clock, to say how old the last event is. `width`: columns, 0 no limit.
std::string run_text(const shown_run& run, core::duration now, std::size_t width);
std::string item_text(const shown_run& run, std::size_t index);

}  // namespace settle::cli

// Slurm's spellings of memory and of time limits: read strictly, so that a typing error is refused here and not
// taken for something else there. Pure text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace settle::tasks {

/// What --time means: seconds, or none for no limit of its own (UNLIMITED, INFINITE, -1, zero).
struct time_limit {
  std::optional<std::int64_t> seconds;
};
/// None when Slurm's --time would not read it.
std::optional<time_limit> read_time_limit(std::string_view);

/// --mem's form: digits and one of K M G T (or none: megabytes), optionally followed by B.
bool is_memory(std::string_view);

}  // namespace settle::tasks

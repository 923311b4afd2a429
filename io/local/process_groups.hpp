// Which process groups of this machine have a living member (zombies do not live): one pass over /proc.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>
#include <unordered_set>

namespace settle::io::local {

/// Empty where there is no /proc to read.
std::unordered_set<pid_t> living_process_groups();

/// The group in one /proc/PID/stat; none for a zombie and for text that is not such a line.
std::optional<pid_t> group_of_living(std::string_view stat);

}  // namespace settle::io::local

// What /proc tells of a process of this machine: alive or not, its group, and the start time that tells a reused pid.
// Needs nothing but libc and never throws: the keeper uses it too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace settle::io {

struct process_stat {
  char state = 0;
  pid_t group = 0;
  std::uint64_t threads = 0;
  std::uint64_t start = 0;  ///< clock ticks after the boot
  /// A zombie only waits for its parent; one with more threads than one has lost just the first of them.
  bool lives() const noexcept { return state != 'X' && state != 'x' && (state != 'Z' || threads > 1); }
};

/// The text of one /proc/PID/stat; none where it is no such line.
std::optional<process_stat> parse_process_stat(std::string_view text) noexcept;

/// None: there is no such process, or no /proc to read.
std::optional<process_stat> look_at_process(pid_t pid) noexcept;
std::optional<process_stat> look_at_this_process() noexcept;

/// Whether a process of this group lives. One pass over /proc; false where there is none to read.
bool group_lives(pid_t group) noexcept;

}  // namespace settle::io

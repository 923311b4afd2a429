// What /proc tells of a process of this machine: alive or not, its group, and the start time that tells a reused pid.
// Needs nothing but libc, and neither allocates nor throws: the keeper uses it too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace settle::io::local {

struct process_stat {
  char state = 0;
  pid_t group = 0;
  std::uint64_t start = 0;  ///< clock ticks after the boot
  /// Zombies only wait for their parent.
  bool lives() const noexcept { return state != 'Z' && state != 'X' && state != 'x'; }
};

/// The text of one /proc/PID/stat; none where it is no such line.
std::optional<process_stat> parse_process_stat(std::string_view text) noexcept;

/// None: there is no such process, or no /proc to read.
std::optional<process_stat> look_at_process(pid_t pid) noexcept;

/// Whether a process of this group lives. One pass over /proc; false where there is none to read.
bool group_lives(pid_t group) noexcept;

}  // namespace settle::io::local

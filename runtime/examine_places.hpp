// The state directory looked at: can settle write there, is it private, what kind of file system is it on and how
// much room has it. Leaves nothing behind and makes nothing.
#pragma once

#include "actors/core/site.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// `state_dir` is absolute. `for_cluster`: jobs on other machines write their output into it.
void add_state_dir_findings(std::vector<core::finding>& to, const std::string& state_dir, bool for_cluster);

/// Where the bytes of a file system are.
enum class file_system_reach : std::uint8_t {
  shared,   ///< other machines can see it
  local,    ///< on this machine
  memory,   ///< in this machine's memory: gone when it stops
  unknown,  ///< we do not know the kind
};
struct file_system_kind {
  std::string_view name;  ///< "nfs", "lustre", "ext4", …; "0x…" is not made up here: empty where unknown
  file_system_reach reach = file_system_reach::unknown;
};
/// By statfs's f_type (linux/magic.h, and the file systems' own sources for those that are not in the kernel).
file_system_kind kind_of_file_system(std::uint64_t f_type) noexcept;

}  // namespace settle

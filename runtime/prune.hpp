// Removes what finished runs have left in a state directory, and what somebody who was killed left in its midst:
// `settle prune`. Never what is unfinished or held, nothing outside the state directory, nothing behind a symbolic link.
#pragma once

#include "actors/core/status.hpp"
#include "actors/core/time.hpp"
#include "io/removal.hpp"
#include "io/result.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace settle {

struct prune_options {
  std::vector<std::string> runs;  ///< as find_run takes them; none: all that are old enough
  /// Counted from a run's end; where runs are named it is not looked at.
  std::chrono::milliseconds older_than = std::chrono::hours{24 * 30};
  bool dry_run = false;  ///< tells all of it, removes nothing
};

/// Why a run stays.
enum class kept : std::uint8_t {
  unfinished,
  held,         ///< by a process that lives, or may live on another machine
  young,        ///< its end is not long enough ago
  asked_about,  ///< accounting may still confirm or correct its completions
  imported,     ///< a record from scripthut: goes by name only
  link,         ///< its folder is a symbolic link
  unreadable,   ///< whether it is finished cannot be known
};
inline constexpr std::size_t kept_reasons = 7;

struct pruned_run {
  std::string run, title;
  core::run_status status = core::run_status::pending;  ///< pending: it never began
  std::size_t items = 0;
  std::uint64_t bytes = 0;
};

struct prune_report {
  std::vector<pruned_run> removed;
  std::array<std::size_t, kept_reasons> stayed{};  ///< by kept
  io::tree_size swept;                ///< what killed processes left, and answers that nobody fetched
  std::vector<std::string> troubles;  ///< what could not be read or removed
};

/// Errors: bad_input (a name of no run, or one whose run must stay: nothing is removed then), storage. `now`: wall clock.
/// Killed at any moment it leaves each run whole or out of sight, and the next call removes the rest.
io::result<prune_report> prune(const std::string& state_dir, const prune_options& how, core::duration now);

}  // namespace settle

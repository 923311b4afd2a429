// What lies about in a state directory because somebody was killed or never came back: runs that were being removed or
// made, letters half written, answers that nobody fetched. Knows no run's story.
#pragma once

#include "actors/core/time.hpp"

#include <string>
#include <vector>

namespace settle {

/// Runs that are being removed are in this folder, under names of no meaning.
std::string trash_of(const std::string& state_dir);

/// Paths of all that is in the trash.
std::vector<std::string> trash_in(const std::string& state_dir);
/// Paths of what only a killed process leaves, nothing younger than a day. A request stays for as long as its run does: whoever supervises
/// that next carries it out. `now`: wall clock. `runs`: those that stay, sorted.
std::vector<std::string> stale_in(const std::string& state_dir, const std::vector<std::string>& runs,
                                  core::duration now);

}  // namespace settle

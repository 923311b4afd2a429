// Late accounting: whether it may still have something to say about a run that is finished.
#pragma once

#include "runtime/list.hpp"

#include <string>

namespace settle {

/// Some completion of it is unconfirmed, its journal was written to within limits::late_accounting, and its jobs can be known
/// again: an imported run's carry no token, and their ids may be a stranger's by now. One stat.
bool worth_asking_late(const std::string& state_dir, const std::string& run, const listed_run& found);

}  // namespace settle

// What became of a run's items in the retries of it that there are already, so that nothing is done twice by mistake.
// Reads journals only.
#pragma once

#include "actors/core/run.hpp"
#include "io/result.hpp"

#include <string>
#include <vector>

namespace settle {

/// Why these items of `run` must not go out without somebody insisting: they completed in a retry of it (or in one of
/// that), or are under way there. Empty: nothing speaks against it. `taken`: by index. Errors: storage.
io::result<std::string> why_not_again(const std::string& state_dir, const std::string& run,
                                      const core::run& items, const std::vector<bool>& taken);

}  // namespace settle

// Files of the tasks' own that a retry would write over: what an item of the finished run left there may be all that
// tells why it failed. Looks at files, never changes one.
#pragma once

#include "actors/run_book.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace settle {

struct endangered_outputs {
  std::size_t items = 0;
  std::string first;  ///< a path
};

/// `taken`: by the item's index in `then`. Only paths that both runs have, and of which the name is known here: a pattern
/// of Slurm's with the job's id differs, and others only Slurm knows.
endangered_outputs outputs_at_stake(const actors::run_book& then, const std::vector<bool>& taken,
                                    const actors::run_book& again);

}  // namespace settle

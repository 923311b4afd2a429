// Whether a run may be removed. Reads its folder, changes nothing.
#pragma once

#include "runtime/prune.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace settle {

struct prune_choice {
  std::optional<kept> why;  ///< it stays; none: it may go
  std::string words;        ///< for people: why it stays
  pruned_run run;           ///< its size is not looked at
  bool vanished = false;    ///< it is being made, or somebody else removed it: not worth a word
};

/// Of a run that nobody named: finished, confirmed as far as it ever will be, and over for `how.older_than`.
prune_choice choose_old(const std::string& state_dir, const std::string& run, const prune_options& how,
                        core::duration now);
/// Of one that somebody named: finished, and held by nobody. An owner of another machine is waited for, up to a minute.
prune_choice choose_named(const std::string& state_dir, const std::string& run);

/// Those of a state directory that may go.
struct prune_choices {
  std::vector<pruned_run> chosen;
  std::vector<std::string> staying;  ///< the others' names, where no run was named
  std::array<std::size_t, kept_reasons> stayed{};
  std::vector<std::string> troubles;
};
/// All that are old enough, or those that `how` names: then all of them or none. Errors: as prune().
io::result<prune_choices> choose_runs(const std::string& state_dir, const prune_options& how,
                                      core::duration now);

}  // namespace settle

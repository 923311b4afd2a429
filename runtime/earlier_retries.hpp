// What became of a run's items in other retries, of it and of what it retries itself, so that nothing is done twice by
// mistake. Reads journals only.
#pragma once

#include "actors/run_book.hpp"
#include "io/result.hpp"

#include <string>
#include <vector>

namespace settle {

/// Why these items of `from` must not go out without somebody insisting: they are under way in a run that has its
/// beginning in common with it, or completed in one since. Empty: nothing speaks against it. `taken`: by index. Errors: storage.
io::result<std::string> why_not_again(const std::string& state_dir, const actors::run_book& from,
                                      const std::vector<bool>& taken);

}  // namespace settle

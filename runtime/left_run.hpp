// A run's folder that appears in the state directory whole or not at all: written under another name, synced, renamed.
#pragma once

#include "actors/run_book.hpp"
#include "io/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle {

struct run_file {
  std::string name;  ///< in the run's folder
  std::string_view text;
};

/// Makes the state directory too, where there is none. Errors: bad_input (there is such a run already), storage; then
/// nothing of it is left, unless the words say that the run is there and only its name could not be made durable.
io::result<void> leave_run(const std::string& state_dir, const std::string& run,
                           const std::vector<run_file>& files);

/// The same for a run that was founded here: the first lines of its journal, and its documents in their order.
io::result<void> leave_book(const std::string& state_dir, actors::run_book& book,
                            const std::vector<std::string>& documents);

}  // namespace settle

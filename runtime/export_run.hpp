// A run as scripthut's run.json, in the form that scripthut writes today (version 2): `settle export`. A run that was
// imported comes back as it was, only in today's form. Reads the run's folder; never writes.
#pragma once

#include "io/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// Calls `piece` for one piece of the text after the other; `warnings` gets what of the run could not be read, or not
/// be said. Errors: storage.
io::result<void> export_run(const std::string& state_dir, const std::string& run,
                            const std::function<void(std::string_view)>& piece,
                            std::vector<std::string>& warnings);

}  // namespace settle

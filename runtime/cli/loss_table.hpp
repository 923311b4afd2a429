// The final table: what did not simply complete, with its log file.
#pragma once

#include "runtime/cli/losses.hpp"

#include <cstddef>
#include <string>

namespace settle::cli {

/// Empty without losses. `folder`: the run's, where logs and documents are. `width`: columns, 0 no limit.
std::string loss_table(const losses& lost, const std::string& run, const std::string& folder,
                       std::size_t width);

}  // namespace settle::cli

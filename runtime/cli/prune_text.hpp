// What `settle prune` says. Pure.
#pragma once

#include "runtime/prune.hpp"

#include <string>

namespace settle::cli {

/// "934 bytes", "1.2 kB", "3.4 GB": thousands, as disks are sold and `ls --si` counts.
std::string bytes_in_words(std::uint64_t bytes);
/// A line for each run, then one for the whole.
std::string prune_text(const prune_report& report, const prune_options& how);
/// One object, without newline.
std::string prune_json(const prune_report& report, const prune_options& how);

}  // namespace settle::cli

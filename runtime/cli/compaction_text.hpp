// What `settle prune --compact` says. Pure.
#pragma once

#include "runtime/compaction.hpp"

#include <string>

namespace settle::cli {

/// A line for each run, then one for the whole.
std::string compaction_text(const compaction_report& report, const prune_options& how);
/// One object, without newline.
std::string compaction_json(const compaction_report& report, const prune_options& how);

}  // namespace settle::cli

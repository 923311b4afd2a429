// The commands about runs that are over, as values: retry, prune. Runs nothing.
#pragma once

#include "runtime/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <optional>

namespace settle::cli {

struct finished_arguments {
  retry_arguments retry;
  prune_arguments prune;
};

/// Adds these commands to the program's.
void add_finished(CLI::App& parent, finished_arguments& to);
/// After parsing: the one of them that was called, if any.
std::optional<invocation> chosen_finished(const CLI::App& app, const finished_arguments& from);

}  // namespace settle::cli

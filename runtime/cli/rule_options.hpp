// The options of every command that supervises runs: where jobs run, how often the scheduler is asked, and by which
// rules a verdict is found. Runs nothing.
#pragma once

#include "runtime/settle.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace settle::cli {

void add_backend(CLI::App& app, backend_kind& target);
void add_intervals(CLI::App& app, options& to);  ///< --poll-interval, --command-deadline
void add_timing(CLI::App& app, options& to);     ///< those and every waiting time
void add_slots(CLI::App& app, options& to);
void add_arrays(CLI::App& app, options& to);  ///< --no-arrays
/// `accept`: set by --unconfirmed; may be null.
void add_verdict(CLI::App& app, core::policy& rules, bool* accept);

/// What was understood but does not do what it seems to.
void warn_about_pace(const options& runtime, std::vector<std::string>& warnings);

}  // namespace settle::cli

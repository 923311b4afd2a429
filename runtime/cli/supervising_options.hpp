// The commands around the headless supervisor, as values: submit, supervise and cancel. Runs nothing.
#pragma once

#include "runtime/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <optional>

namespace settle::cli {

struct supervising_arguments {
  submit_arguments submit;
  supervise_arguments supervise;
  cancel_arguments cancel;
};

/// Adds these commands to the program's.
void add_supervising(CLI::App& parent, supervising_arguments& to);
/// After parsing: the one of them that was called, if any.
std::optional<invocation> chosen_supervising(const CLI::App& app, supervising_arguments& from);

}  // namespace settle::cli

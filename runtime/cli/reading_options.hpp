// The commands that only read the state directory, as values: show, list, status, logs and watch. Runs nothing.
#pragma once

#include "runtime/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <optional>

namespace settle::cli {

struct reading_arguments {
  show_arguments show;
  list_arguments list;
  status_arguments status;
  logs_arguments logs;
  watch_arguments watch;
};

/// Adds these commands to the program's.
void add_reading(CLI::App& parent, reading_arguments& to);
/// After parsing: the one of them that was called, if any.
std::optional<invocation> chosen_reading(const CLI::App& app, const reading_arguments& from);

}  // namespace settle::cli

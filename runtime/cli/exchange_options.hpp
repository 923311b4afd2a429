// The commands that exchange runs with scripthut, as values: import and export. Runs nothing.
#pragma once

#include "runtime/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <optional>

namespace settle::cli {

struct exchange_arguments {
  import_arguments in;
  export_arguments out;
};

/// Adds these commands to the program's.
void add_exchange(CLI::App& parent, exchange_arguments& to);
/// After parsing: the one of them that was called, if any.
std::optional<invocation> chosen_exchange(const CLI::App& app, const exchange_arguments& from);

}  // namespace settle::cli

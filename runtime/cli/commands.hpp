// The commands of the program, one function each: arguments in, exit code out.
#pragma once

#include "runtime/cli/arguments.hpp"

namespace settle::cli {

/// Exit codes, as docs/cli.md lists them.
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_no_work = 3;

int run_command(const run_arguments& arguments);
int submit_command(const submit_arguments& arguments);
int supervise_command(const supervise_arguments& arguments);
int cancel_command(const cancel_arguments& arguments);
int retry_command(const retry_arguments& arguments);
int prune_command(const prune_arguments& arguments);
int validate_command(const validate_arguments& arguments);
int show_command(const show_arguments& arguments);
int list_command(const list_arguments& arguments);
int status_command(const status_arguments& arguments);
int logs_command(const logs_arguments& arguments);
int watch_command(const watch_arguments& arguments);
int import_command(const import_arguments& arguments);
int export_command(const export_arguments& arguments);
int doctor_command(const doctor_arguments& arguments);

}  // namespace settle::cli

// The command line as values. Knows every option and its words; runs nothing, prints nothing.
#pragma once

#include "io/result.hpp"
#include "runtime/prune.hpp"
#include "runtime/retry.hpp"
#include "runtime/settle.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace settle::cli {

struct run_arguments {
  std::string tasks_file;  ///< "-": standard input; empty: `resume`
  std::string resume;      ///< the run to go on with: an id, a unique beginning of one, or "last"
  bool take_over = false;  ///< with `resume`
  bool json = false;
  bool cancel_on_interrupt = false;
  bool accept_unconfirmed = false;
  options runtime;
  run_options run;
  std::vector<std::string> warnings;  ///< about options that were understood but do not do what they seem to
};

struct submit_arguments {
  std::string tasks_file;  ///< "-": standard input
  bool json = false;
  options place;  ///< backend and state directory
  run_options run;
};

struct supervise_arguments {
  bool json = false;
  bool until_idle = false;
  bool take_over = false;
  options runtime;
  std::vector<std::string> warnings;
};

struct cancel_arguments {
  std::string run;  ///< an id, a unique beginning of one, or "last"
  std::vector<std::string> items;
  bool json = false;
  std::chrono::milliseconds wait{60'000};
  std::string state_dir;
};

struct retry_arguments {
  std::string run;  ///< an id, a unique beginning of one, or "last"
  bool json = false;
  retry_options how;
  std::string state_dir;
};

struct prune_arguments {
  bool json = false;
  bool compact = false;  ///< journals are made shorter, nothing is removed
  prune_options how;
  std::string state_dir;
};

struct validate_arguments {
  std::string tasks_file;
  bool json = false;
};

struct show_arguments {
  std::string run;   ///< an id, a unique beginning of one, or "last"
  std::string item;  ///< empty: the whole run
  bool json = false;
  std::string state_dir;
};

struct list_arguments {
  bool json = false;
  std::string state_dir;
};

struct status_arguments {
  std::string run;  ///< as in show_arguments
  bool json = false;
  std::string state_dir;
};

struct logs_arguments {
  std::string run;
  std::string item;
  bool follow = false;
  bool err = false;  ///< the error file, not the output file
  std::string state_dir;
};

struct watch_arguments {
  std::string run;
  bool json = false;
  bool exit_status = false;  ///< the exit code is the run's
  std::uint64_t from_seq = 1;
  std::string state_dir;
};

struct import_arguments {
  std::string file;  ///< scripthut's run.json; "-": standard input
  bool json = false;
  std::string state_dir;
};

struct export_arguments {
  std::string run;     ///< as in show_arguments
  std::string output;  ///< the file to write; empty: stdout
  bool json = false;   ///< as everywhere; what is printed is JSON either way
  std::string state_dir;
};

struct doctor_arguments {
  bool json = false;
  options runtime;  ///< those that `settle run` would be given
};

/// --help, --version, help: what to print on stdout.
struct print_text {
  std::string text;
};

using invocation = std::variant<run_arguments, submit_arguments, supervise_arguments, cancel_arguments,
                                retry_arguments, prune_arguments, validate_arguments, show_arguments,
                                list_arguments, status_arguments, logs_arguments, watch_arguments,
                                import_arguments, export_arguments, doctor_arguments, print_text>;

/// Reads the arguments behind the program's name. Errors: bad_input, with a "did you mean" where one is near.
io::result<invocation> read_arguments(std::vector<std::string> arguments);

}  // namespace settle::cli

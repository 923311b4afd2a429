// The program `settle`: reads the command line and hands it to a command. Nothing escapes: what could not be
// done is said on stderr, with exit code 3.
#include "io/descriptors.hpp"
#include "runtime/cli/arguments.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"

#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include <unistd.h>

namespace {

using namespace settle::cli;

void print(int fd, const std::string& text) {
  output out(fd);
  out.add(text);
  out.flush();
}

/// What supervises runs needs them for journals, commands and pipes. With fewer it would begin what it cannot go on with.
constexpr rlim_t descriptors_min = 64;

template <class Arguments>
int supervising(int (*command)(const Arguments&), const Arguments& arguments) {
  settle::io::raise_descriptor_limit();
  if (const auto limit = settle::io::descriptor_limit(); limit < descriptors_min) {
    print(STDERR_FILENO, "settle: " + std::to_string(descriptors_min) +
                             " file descriptors are needed, and at most " + std::to_string(limit) +
                             " are allowed here (ulimit -n); nothing was submitted\n");
    return exit_no_work;
  }
  return command(arguments);
}

struct dispatch {
  int operator()(const run_arguments& a) const { return supervising(&run_command, a); }
  int operator()(const submit_arguments& a) const { return submit_command(a); }
  int operator()(const supervise_arguments& a) const { return supervising(&supervise_command, a); }
  int operator()(const cancel_arguments& a) const { return cancel_command(a); }
  int operator()(const retry_arguments& a) const { return retry_command(a); }
  int operator()(const prune_arguments& a) const { return prune_command(a); }
  int operator()(const validate_arguments& a) const { return validate_command(a); }
  int operator()(const show_arguments& a) const { return show_command(a); }
  int operator()(const list_arguments& a) const { return list_command(a); }
  int operator()(const status_arguments& a) const { return status_command(a); }
  int operator()(const logs_arguments& a) const { return logs_command(a); }
  int operator()(const watch_arguments& a) const { return watch_command(a); }
  int operator()(const import_arguments& a) const { return import_command(a); }
  int operator()(const export_arguments& a) const { return export_command(a); }
  int operator()(const doctor_arguments& a) const { return doctor_command(a); }
  int operator()(const print_text& a) const {
    print(STDOUT_FILENO, a.text);
    return 0;
  }
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto asked = read_arguments(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
    if (!asked) {
      print(STDERR_FILENO, "settle: " + asked.error().words + "\n");
      return exit_usage;
    }
    return std::visit(dispatch{}, *asked);
  } catch (const std::exception& e) {
    print(STDERR_FILENO, std::string("settle: ") + e.what() + "\n");
    return exit_no_work;
  }
}

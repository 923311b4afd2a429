// Child processes for the live test: a command run to its end, and a program whose output is read line by line as
// it comes. It shares no code with the product, on purpose: what is tested must not test itself.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace settle::live {

using arguments = std::vector<std::string>;
using environment = std::map<std::string, std::string>;

/// This process's environment without what would change Slurm's commands (SLURM_*, SQUEUE_*, …).
environment clean_environment();

/// How a child ended. `code` is its exit code, or 128 + signal as a shell says it.
struct outcome {
  int code = -1;
  bool timed_out = false;
  std::string out;
  std::string err;
  bool ok() const { return code == 0 && !timed_out; }
};

/// Runs a command to its end; after `limit` it is killed.
outcome run_to_end(const arguments& argv, const environment& env, std::chrono::milliseconds limit);

/// A running program. Its standard output comes as lines; its standard error goes to a file.
class line_child {
public:
  line_child(const arguments& argv, const environment& env, const std::string& error_file,
             const std::string& folder);
  /// Kills the program if it still runs.
  ~line_child();
  line_child(const line_child&) = delete;
  line_child& operator=(const line_child&) = delete;

  /// Whole lines that have arrived; waits for the first one at most `limit`.
  std::vector<std::string> read_lines(std::chrono::milliseconds limit);
  /// The program closed its output and all of it was read.
  bool at_end() const { return out_ < 0; }
  /// What came after the last newline.
  const std::string& rest() const { return rest_; }
  void send(int signal) const;
  /// The exit code as in `outcome`; none when it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string rest_;
  std::optional<int> code_;
};

}  // namespace settle::live

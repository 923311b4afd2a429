// Runs a job script as a scheduler would: a file of its own, a session of its own, output to files.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace settle::tests {

struct script_end {
  std::optional<int> exit;
  std::optional<int> signal;
  std::string out, err;
};

/// A folder of this test process, removed at its end.
const std::string& scratch_folder();
/// A PATH on which the usual tools are, but no bash.
const std::string& path_without_bash();

inline const std::string usual_path = "PATH=/usr/bin:/bin";

/// Both shells a node may have: bash, and a plain sh where no bash is on PATH.
struct shell {
  std::string name;
  std::string path_variable;
  std::string binary;
  bool is_bash = false;
};
std::vector<shell> shells();

/// Runs argv (argv[0] a path) with this environment, in the scratch folder unless told otherwise.
script_end run(std::vector<std::string> argv, std::vector<std::string> environment,
               const std::string& folder = {});
/// Writes the script and runs it directly, by its own #! line.
script_end run_script(const std::string& script, std::vector<std::string> environment,
                      const std::string& folder = {});

std::string read_file(const std::string& path);

}  // namespace settle::tests

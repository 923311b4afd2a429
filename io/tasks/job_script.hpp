// The shell script one job runs, and the safe names of its files. The command's text reaches the shell byte
// for byte. The script enters working_dir itself and says launch_failure in the error file when it cannot.
#pragma once

#include "io/tasks/document.hpp"
#include "io/tasks/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::tasks {

struct script_request {
  std::string command;
  std::string working_dir;  ///< absolute, or beginning with ~
  resolved_environment environment;
  std::string token;          ///< part of the launch_failure mark and of the exit record
  std::string exit_record{};  ///< absolute path of the exit record to leave; empty: none
  std::string claim{};        ///< absolute path of the claim (io/tasks/claim.hpp) to begin with; empty: none
  /// Absolute paths of log files that Slurm goes on in, and that a later life of the job is to begin anew.
  std::vector<std::string> logs{};
};

/// A complete script: #!/bin/sh, goes on in bash where the node has one. In order: claims its task, exports the variables, enters
/// working_dir, runs the rules' init, exports anew what init may have changed, runs the task's init, and then the
/// command, whose exit code is the script's. A failing init stops nothing unless it exits. With `exit_record` it
/// leaves one (io/tasks/exit_record.hpp) where how it ended is certain and the file can be written; else none.
std::string job_script(const script_request&);

/// The exit code of a script that ran nothing: it could not enter its working_dir, or another job has its claim; below 128
/// so that no Slurm cuts it.
inline constexpr int launch_failure_exit = 125;
/// The line that a script which could not enter it leaves at the end of its error file.
std::string launch_failure_mark(std::string_view token);
/// True when the file ends (last 4 KiB) with that mark, lines of slurmstepd aside; `words` gets the reason.
/// A missing file, and what is no regular file: false.
bool has_launch_failure_mark(const std::string& error_file, std::string_view token, std::string& words);

/// A file name for the item's logs: `<index>-<readable part>`, at most 120 bytes of [A-Za-z0-9._-], whatever the
/// id holds; unique by index.
std::string safe_file_stem(std::size_t index, std::string_view task_id);
/// A Slurm job name's readable part: at most 40 bytes of [A-Za-z0-9_-] (no '.': it ends at the token's dot).
std::string safe_job_name(std::string_view task_name);

}  // namespace settle::tasks

// From a job's description to its running keeper: folders, script file, output files, spawn; or why not. Blocks
// for those few file operations, waits for nothing else.
#pragma once

#include "io/local/executor.hpp"
#include "io/spawn.hpp"

#include <string>
#include <string_view>

namespace settle::io::local {

struct launched {
  spawned keeper;
  unique_fd word;  ///< one line of the keeper's: that the task runs, or why it never will
};

/// Writes the script and starts a keeper, in a session of its own and in our current directory, that runs
/// `/bin/sh script_file` in another one. `facts` says how this machine is known again, `program` is open_keeper()'s.
/// rejected: this job's own fault; unavailable: the machine has none of something just now.
result<launched> launch(const local_job& job, const std::string& facts, int program);

/// The error of a file operation, as what it is to the job.
tl::unexpected<error> why_not(std::string_view what, const std::string& path, int error);

}  // namespace settle::io::local

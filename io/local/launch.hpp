// From a job's description to its running process: folders, script file, output files, spawn; or why not. Blocks
// for those few file operations, waits for nothing else.
#pragma once

#include "io/local/executor.hpp"
#include "io/spawn.hpp"

namespace settle::io::local {

/// Writes the script and starts `/bin/sh script_file` in a session of its own, in our current directory (the script
/// enters its own). rejected: this job's own fault; unavailable: the machine has none of something just now.
result<spawned> launch(const local_job& job);

}  // namespace settle::io::local

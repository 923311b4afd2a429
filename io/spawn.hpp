// Starts one process and says at once whether its program could be executed. The child gets exactly three
// descriptors, the given environment, default signal dispositions, an empty mask and a group (or session) of its
// own; the parent's memory is shared until exec, so the price does not grow with our size. Never waits for the
// child's work, never changes anything of this process.
#pragma once

#include "io/unique_fd.hpp"

#include <tl/expected.hpp>

#include <sys/types.h>

#include <string>
#include <vector>

namespace settle::io {

struct spawn_request {
  std::vector<std::string> argv;         ///< argv[0] without a slash is looked up on PATH of `environment`
  int program = -1;                      ///< borrowed; not -1: this file is executed, whatever argv[0] says
  std::vector<std::string> environment;  ///< complete, "NAME=value"
  int in = -1;                           ///< borrowed; becomes 0
  int out = -1;                          ///< borrowed; becomes 1
  int err = -1;                          ///< borrowed; becomes 2
  bool own_session = false;              ///< setsid; else only a process group of its own
  bool dies_with_this_thread = false;    ///< SIGKILL when the calling thread (so the process) ends
};

struct spawned {
  pid_t pid = -1;   ///< also its process group's number
  unique_fd pidfd;  ///< close-on-exec
};

/// The child, already executing its program; or errno: of exec (ENOENT, EACCES, ENOEXEC, E2BIG, …), of clone
/// (EAGAIN, ENOMEM), EINVAL for a NUL byte in an argument. On failure nothing is left behind.
tl::expected<spawned, int> spawn(const spawn_request& what);

}  // namespace settle::io

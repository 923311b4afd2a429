// Shell text by which a job's script claims its task before anything of the user's runs: whoever creates the claim's file
// first may run, every other job exits unrun. A fence, not a wall: where the file can be neither created nor seen
// the task runs. docs/decisions/0028 has the reasons. Knows shells, not jobs.
#pragma once

#include <string>

namespace settle::tasks {

/// `token` and `job` may stand in double quotes as they are and become plain: [0-9A-Za-z_-].
struct claim_names {
  std::string path;  ///< absolute; the claim's file, or what the token is to be put behind for that
  bool token_in_path = false;
  std::string token;
  std::string job;  ///< as io/job_id.hpp writes it; what is no such id claims nothing: no job of Slurm's
};

/// To be run in the shell that runs the command, first of all. Leaves shell options, traps and parameters as they were.
std::string claim_prelude(const claim_names& names);

}  // namespace settle::tasks

// Shell text by which a job's script leaves its exit record without being noticed: the command runs in the same
// shell, with the same code and signals; nothing is printed; what cannot be written is left. Knows shells, not jobs.
#pragma once

#include <string>
#include <string_view>

namespace settle::tasks {

/// The names in it. `job` and `token` may stand in double quotes as they are and become plain: [0-9A-Za-z_-].
struct record_names {
  std::string path;  ///< absolute; the file, or what the token is to be put behind for that
  bool token_in_path = false;
  std::string marker;  ///< plain; no command of the user's begins `: marker`
  std::string token;
  std::string job;
};

/// Empties the record of an earlier attempt and sets the trap that writes this one's. To be run in the shell that
/// runs the command, before anything of the user's.
std::string record_prelude(const record_names& names);

enum class evaluated { init, command };

/// Evaluates the text as it is, in this shell, so that the trap can tell whether it ended in order. A command ends
/// the script; an init goes on behind it, and only a failure of it is recorded.
std::string recorded_eval(std::string_view marker, evaluated what, std::string_view text);
/// The same of a command that stands in this shell variable, which is gone before it begins.
std::string recorded_eval_of(std::string_view marker, std::string_view variable);

}  // namespace settle::tasks

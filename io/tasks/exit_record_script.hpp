// Shell text by which a job's script leaves its exit record without being noticed: the command runs in the same
// shell, with the same code and signals; nothing is printed; what cannot be written is left. Knows shells, not jobs.
#pragma once

#include <string>
#include <string_view>

namespace settle::tasks {

/// Empties the record of an earlier attempt and sets the trap that writes this one's. To be run in the shell that
/// runs the command, before anything of the user's. `token` is plain: [0-9A-Za-z-].
std::string record_prelude(const std::string& path, std::string_view token);

enum class evaluated { init, command };

/// Evaluates the text as it is, in this shell, so that the trap can tell whether it ended in order. A command ends
/// the script; an init goes on behind it, and only a failure of it is recorded.
std::string recorded_eval(std::string_view token, evaluated what, std::string_view text);

}  // namespace settle::tasks

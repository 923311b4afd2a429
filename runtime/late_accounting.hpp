// Whether accounting may still change what a finished run says. Asks nobody, looks at files.
#pragma once

#include "runtime/list.hpp"

#include <string>

namespace settle {

/// It has completions that nobody confirmed, and the time in which a supervisor asks about them is not over. Of an imported run's jobs
/// nobody asks: they carry no token, and the ids may be a stranger's by now.
bool accounting_may_speak(const std::string& run_folder, const listed_run& run);

}  // namespace settle

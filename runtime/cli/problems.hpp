// Problems of a task document as people and programs read them.
#pragma once

#include "io/tasks/document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace settle::cli {

/// "file:line:column: words", one line each; a place of 0:0 is left out. `mark`: "warning: " or "".
std::string problem_lines(const std::string& file, const std::vector<tasks::problem>& problems,
                          const std::string& mark);

/// {"valid":…,"tasks":…,"problems":[{"file","line","column","message"}],"warnings":[…]}; `tasks` only where valid.
std::string problems_json(const std::string& file, std::size_t tasks,
                          const std::vector<tasks::problem>& problems,
                          const std::vector<tasks::problem>& warnings);

/// All of standard input; none where it cannot be read, and `why` says so.
std::optional<std::string> read_standard_input(std::vector<tasks::problem>& why);

}  // namespace settle::cli

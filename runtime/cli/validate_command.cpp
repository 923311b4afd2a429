#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/problems.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace settle::cli {

int validate_command(const validate_arguments& arguments) {
  const bool from_stdin = arguments.tasks_file == "-";
  const std::string file = from_stdin ? "<stdin>" : arguments.tasks_file;
  validation seen;
  if (!from_stdin)
    seen = validate_file(arguments.tasks_file);
  else if (const auto text = read_standard_input(seen.problems))
    seen = validate_text(*text);
  output out(STDOUT_FILENO);
  output err(STDERR_FILENO);
  if (arguments.json) {
    out.add(problems_json(file, seen.doc.tasks.size(), seen.problems, seen.warnings) + "\n");
  } else {
    err.add(problem_lines(file, seen.problems, ""));
    err.add(problem_lines(file, seen.warnings, "warning: "));
    const std::size_t n = seen.doc.tasks.size();
    if (seen.problems.empty())
      out.add(fmt::format("{} task{}, nothing wrong\n", n, n == 1 ? "" : "s"));
  }
  err.flush();
  out.flush();
  return seen.problems.empty() ? 0 : exit_usage;
}

}  // namespace settle::cli

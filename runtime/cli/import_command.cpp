#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/problems.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/import_run.hpp"
#include "runtime/places.hpp"

#include "actors/translate/json_writer.hpp"
#include "io/files.hpp"

#include <unistd.h>

namespace settle::cli {

namespace {

/// None where it cannot be read, and `why` says so.
std::optional<std::string> text_of(const std::string& file, std::vector<tasks::problem>& why) {
  if (file == "-")
    return read_standard_input(why);
  std::string text;
  const int error = io::read_whole_file(file, text);
  if (error == 0)
    return text;
  why = {{{0, 0}, "cannot be read: " + io::errno_words(error)}};
  return std::nullopt;
}

std::string answer_json(const std::string& run) {
  actors::json_writer out;
  out.open();
  out.text("run", run);
  out.close();
  return out.take() + "\n";
}

}  // namespace

int import_command(const import_arguments& arguments) {
  const std::string name = arguments.file == "-" ? "<stdin>" : arguments.file;
  imported_run seen;
  if (const auto text = text_of(arguments.file, seen.problems))
    seen = import_run(absolute(state_of(arguments.state_dir)), *text);
  if (seen.trouble)
    return refuse(*seen.trouble);
  output out(STDOUT_FILENO), err(STDERR_FILENO);
  for (const std::string& words : seen.warnings)
    err.add("settle: warning: " + printable(words) + "\n");
  err.add(arguments.json ? "" : problem_lines(name, seen.problems, ""));
  if (!seen.problems.empty())
    out.add(arguments.json ? problems_json(name, 0, seen.problems, {}) + "\n" : "");
  else
    out.add(arguments.json ? answer_json(seen.run) : seen.run + "\n");
  err.flush();
  out.flush();
  if (out.failed() && !seen.run.empty())
    return refuse("stdout could not be written; run " + seen.run + " was imported", exit_no_work);
  return seen.problems.empty() ? 0 : exit_usage;
}

}  // namespace settle::cli

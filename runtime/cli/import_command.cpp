#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/problems.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/import_run.hpp"
#include "runtime/places.hpp"

#include "actors/translate/json_writer.hpp"
#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace settle::cli {

namespace {

/// Reads all of it. 0 or errno.
int read_whole(const std::string& file, std::string& text) {
  if (file == "-") {
    text = read_standard_input();
    return 0;
  }
  const io::unique_fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in)
    return errno;
  std::array<char, 65'536> piece{};
  for (;;) {
    const ssize_t n = ::read(in.get(), piece.data(), piece.size());
    if (n == 0)
      return 0;
    if (n > 0)
      text.append(piece.data(), static_cast<std::size_t>(n));
    else if (errno != EINTR)
      return errno;
  }
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
  std::string text;
  if (const int error = read_whole(arguments.file, text); error != 0)
    seen.problems = {{{0, 0}, "cannot be read: " + io::errno_words(error)}};
  else
    seen = import_run(absolute(state_of(arguments.state_dir)), text);
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

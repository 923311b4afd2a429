#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/export_run.hpp"
#include "runtime/show.hpp"

#include "io/files.hpp"

#include <unistd.h>

namespace settle::cli {

namespace {

io::result<void> to_stdout(const std::string& state, const std::string& run,
                           std::vector<std::string>& warnings) {
  output out(STDOUT_FILENO);
  auto done = export_run(
      state, run,
      [&out](std::string_view piece) {
        out.add(piece);
        out.flush();
      },
      warnings);
  if (done && out.failed())
    return io::fail(io::errc::storage, "stdout could not be written");
  return done;
}

io::result<void> to_file(const std::string& file, const std::string& state, const std::string& run,
                         std::vector<std::string>& warnings) {
  std::string text;
  auto done = export_run(
      state, run, [&text](std::string_view piece) { text.append(piece); }, warnings);
  if (!done)
    return done;
  if (const int error = io::write_durable_file(file, text); error != 0)
    return io::fail(io::errc::storage, "cannot write " + file + ": " + io::errno_words(error));
  return {};
}

}  // namespace

int export_command(const export_arguments& arguments) {
  const std::string state = state_of(arguments.state_dir);
  const auto id = find_run(state, arguments.run);
  if (!id)
    return refuse(id.error().words, exit_usage);
  std::vector<std::string> warnings;
  const auto done = arguments.output.empty() ? to_stdout(state, *id, warnings)
                                             : to_file(arguments.output, state, *id, warnings);
  if (!done)
    return refuse(done.error());
  output err(STDERR_FILENO);
  for (const std::string& words : warnings)
    err.add("settle: warning: " + printable(words) + "\n");
  err.flush();
  return 0;
}

}  // namespace settle::cli

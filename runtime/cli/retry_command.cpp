#include "actors/translate/json_writer.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/left_words.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/places.hpp"
#include "runtime/retry.hpp"
#include "runtime/show.hpp"
#include "runtime/submission.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace settle::cli {

namespace {

std::string answer_json(const retried_run& made, const std::string& of,
                        const std::optional<io::lease_owner>& supervisor) {
  actors::json_writer out;
  out.open();
  out.text("run", made.run);
  out.text("retry_of", of);
  out.whole("items", made.items);
  out.texts("warnings", made.warnings);
  write_supervisor(out, supervisor);
  out.close();
  return out.take();
}

}  // namespace

int retry_command(const retry_arguments& arguments) {
  const std::string state = absolute(state_of(arguments.state_dir));
  const auto run = find_run(state, arguments.run);
  if (!run)
    return refuse(run.error());
  const auto made = retry_run(state, *run, arguments.how);
  if (!made)
    return refuse(made.error());
  const auto supervisor = supervisor_of(state);
  output out(STDOUT_FILENO), err(STDERR_FILENO);
  for (const std::string& words : made->warnings)
    err.add("settle: warning: " + printable(words) + "\n");
  err.add(fmt::format("settle: run {} retries {} of run {}\n", made->run,
                      made->items == 1 ? "1 item" : fmt::format("{} items", made->items), *run));
  err.add(who_goes_on(made->run, state, supervisor));
  out.add((arguments.json ? answer_json(*made, *run, supervisor) : made->run) + "\n");
  err.flush();
  out.flush();
  if (out.failed())
    return refuse("stdout could not be written; run " + made->run + " was submitted", exit_no_work);
  return 0;
}

}  // namespace settle::cli

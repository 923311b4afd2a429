#include "actors/translate/json_writer.hpp"
#include "io/lease.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/list.hpp"
#include "runtime/places.hpp"
#include "runtime/requests.hpp"
#include "runtime/show.hpp"

#include <chrono>
#include <optional>

#include <unistd.h>

namespace settle::cli {

namespace {

using answer = posted_cancel::answer;

constexpr std::chrono::milliseconds look_often{50};

/// What is said at the end, on stdout as JSON or on stderr.
int say(const cancel_arguments& arguments, const std::string& run, const answer& got, bool kept, int code) {
  if (!arguments.json)
    return refuse(got.words, code);
  actors::json_writer w;
  w.open();
  w.text("run", run);
  w.truth("carried_out", got.carried_out);
  w.truth("kept", kept);
  w.text("words", got.words);
  w.close();
  output out(STDOUT_FILENO);
  out.add(w.take() + "\n");
  out.flush();
  return code;
}

bool is_finished(const std::string& state, const std::string& run) {
  const auto found = read_listed(state, run);
  return found && *found && (*found)->summary.finished();
}

}  // namespace

int cancel_command(const cancel_arguments& arguments) {
  signals noted;
  const std::string state = absolute(state_of(arguments.state_dir));
  const auto run = find_run(state, arguments.run);
  if (!run)
    return refuse(run.error());
  const answer over{true, "run " + *run + " was finished already"};
  if (is_finished(state, *run))
    return say(arguments, *run, over, false, 0);
  const auto asked = posted_cancel::post(state, *run, arguments.items);
  if (!asked)
    return refuse(asked.error());
  const auto end = std::chrono::steady_clock::now() + arguments.wait;
  for (;;) {
    answer got;
    const auto answered = asked->look(got);
    if (!answered)
      return refuse(answered.error());
    if (*answered)
      return say(arguments, *run, got, false, got.carried_out ? 0 : exit_usage);
    if (is_finished(state, *run)) {
      asked->take_back();
      return say(arguments, *run, over, false, 0);
    }
    const bool alone = !io::holder(run_folder(state, *run));
    if (alone || std::chrono::steady_clock::now() > end) {
      const std::string who = alone ? "nobody supervises it now" : "its supervisor has not answered yet";
      return say(arguments, *run,
                 {false, "the request to cancel in run " + *run + " is kept, but " + who +
                             ": whoever supervises it next carries it out"},
                 true, exit_no_work);
    }
    if (const auto code = interrupted(noted)) {
      asked->take_back();
      return *code;
    }
    wait_to_look(noted, look_often, false);
  }
}

}  // namespace settle::cli

#include "runtime/cli/commands.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/status_text.hpp"
#include "runtime/show.hpp"

namespace settle::cli {

int status_command(const status_arguments& arguments) {
  const std::string state = state_of(arguments.state_dir);
  const auto id = find_run(state, arguments.run);
  if (!id)
    return refuse(id.error());
  const auto run = read_run(state, *id, "");
  if (!run)
    return refuse(run.error());
  screen to;
  for (const std::string& words : run->warnings)
    to.words("settle: warning: " + printable(words));
  if (arguments.json) {
    to.line(status_json(*run, wall_now()));
    return 0;
  }
  const std::string text = status_text(*run, wall_now(), to.columns());
  to.line(text.substr(0, text.size() - 1));
  return 0;
}

}  // namespace settle::cli

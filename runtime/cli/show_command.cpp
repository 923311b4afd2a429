#include "runtime/cli/commands.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/show_text.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace settle::cli {

namespace {

void print_run(const shown_run& run, bool json, screen& to) {
  if (!json) {
    const std::string text = run_text(run, wall_now(), to.columns());
    to.line(text.substr(0, text.size() - 1));
    return;
  }
  output out(STDOUT_FILENO);
  write_json(run, [&out](std::string_view piece) {
    out.add(piece);
    out.flush();
  });
  out.add("\n");
  out.flush();
}

int print_item(const shown_run& run, const show_arguments& arguments, screen& to) {
  const auto it = std::find_if(run.items.begin(), run.items.end(),
                               [&](const shown_item& i) { return i.id == arguments.item; });
  if (it == run.items.end())
    return refuse(fmt::format("run {} has no item '{}'", run.id, arguments.item), exit_usage);
  const auto index = static_cast<std::size_t>(it - run.items.begin());
  const std::string text = arguments.json ? item_json(run, index) + "\n" : item_text(run, index);
  to.line(text.substr(0, text.size() - 1));
  return 0;
}

}  // namespace

int show_command(const show_arguments& arguments) {
  screen to;
  const std::string state = state_of(arguments.state_dir);
  const auto id = find_run(state, arguments.run);
  if (!id)
    return refuse(id.error().words, exit_usage);
  const auto run = read_run(state, *id, arguments.item);
  if (!run)
    return refuse(run.error().words, exit_no_work);
  for (const std::string& words : run->warnings)
    to.words("settle: warning: " + printable(words));
  if (!arguments.item.empty())
    return print_item(*run, arguments, to);
  print_run(*run, arguments.json, to);
  return 0;
}

}  // namespace settle::cli

#include "runtime/cli/commands.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/status_text.hpp"
#include "runtime/cli/text_table.hpp"
#include "runtime/list.hpp"

#include <string>
#include <vector>

#include <unistd.h>

namespace settle::cli {

namespace {

std::string title_of(const listed_run& run) {
  const std::string title = printable(run.summary.title);
  return run.retry_of.empty() ? title : title + " (retry of " + printable(run.retry_of) + ")";
}

std::vector<std::string> cells(const listed_run& run) {
  const run_summary& s = run.summary;
  return {printable(s.run),      std::string(core::to_text(s.status)),
          confirmed_in_words(s), counts_in_words(s.tally),
          title_of(run),         run.created_at ? local_time(*run.created_at) : ""};
}

}  // namespace

int list_command(const list_arguments& arguments) {
  const std::string state = state_of(arguments.state_dir);
  const auto names = run_folders(state);
  if (!names)
    return refuse(names.error());
  screen to;
  output json(STDOUT_FILENO);
  std::vector<std::vector<std::string>> rows;
  int code = 0;
  for (const std::string& name : *names) {
    const auto run = read_listed(state, name);
    if (!run) {
      code = refuse("run " + name + " is left out: " + run.error().words, exit_no_work);
    } else if (*run && arguments.json) {
      json.add(listed_json(**run) + "\n");
      json.flush();
    } else if (*run) {
      rows.push_back(cells(**run));
    }
  }
  const std::string table = text_table(rows, to.columns(), {4});
  if (!table.empty())
    to.line(table.substr(0, table.size() - 1));
  return code;
}

}  // namespace settle::cli

#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/prune_text.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/places.hpp"
#include "runtime/prune.hpp"

#include <unistd.h>

namespace settle::cli {

int prune_command(const prune_arguments& arguments) {
  const auto report = prune(absolute(state_of(arguments.state_dir)), arguments.how, wall_now());
  if (!report)
    return refuse(report.error());
  output out(STDOUT_FILENO), err(STDERR_FILENO);
  for (const std::string& words : report->troubles)
    err.add("settle: " + printable(words) + "\n");
  err.flush();
  out.add(arguments.json ? prune_json(*report, arguments.how) + "\n" : prune_text(*report, arguments.how));
  out.flush();
  if (out.failed())
    return refuse("standard output could not be written; what was to be removed is gone", exit_no_work);
  return report->troubles.empty() ? 0 : exit_no_work;
}

}  // namespace settle::cli

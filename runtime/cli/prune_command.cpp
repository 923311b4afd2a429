#include "runtime/cli/commands.hpp"
#include "runtime/cli/compaction_text.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/prune_text.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/places.hpp"
#include "runtime/prune.hpp"

#include <string>
#include <vector>

#include <unistd.h>

namespace settle::cli {

namespace {

int tell(const std::vector<std::string>& troubles, const std::string& text) {
  output out(STDOUT_FILENO), err(STDERR_FILENO);
  for (const std::string& words : troubles)
    err.add("settle: " + printable(words) + "\n");
  err.flush();
  out.add(text);
  out.flush();
  if (out.failed())
    return refuse("standard output could not be written; what was to be done is done", exit_no_work);
  return troubles.empty() ? 0 : exit_no_work;
}

int compact_command(const prune_arguments& arguments, const std::string& state) {
  const auto report = compact(state, arguments.how, wall_now());
  if (!report)
    return refuse(report.error());
  return tell(report->troubles, arguments.json ? compaction_json(*report, arguments.how) + "\n"
                                               : compaction_text(*report, arguments.how));
}

}  // namespace

int prune_command(const prune_arguments& arguments) {
  const std::string state = absolute(state_of(arguments.state_dir));
  if (arguments.compact)
    return compact_command(arguments, state);
  const auto report = prune(state, arguments.how, wall_now());
  if (!report)
    return refuse(report.error());
  return tell(report->troubles, arguments.json ? prune_json(*report, arguments.how) + "\n"
                                               : prune_text(*report, arguments.how));
}

}  // namespace settle::cli

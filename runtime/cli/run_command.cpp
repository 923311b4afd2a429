#include "runtime/cli/commands.hpp"

#include "actors/core/limits.hpp"
#include "runtime/cli/human_reporter.hpp"
#include "runtime/cli/json_reporter.hpp"
#include "runtime/cli/problems.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/session.hpp"
#include "runtime/late.hpp"
#include "runtime/list.hpp"
#include "runtime/show.hpp"

#include <memory>
#include <utility>

#include <unistd.h>

namespace settle::cli {

namespace {

/// Says why nothing was submitted; the exit code.
int refuse(reporter& told, bool json, const std::string& file, const submit_answer& answer) {
  if (!answer.trouble.empty()) {
    told.words("settle: " + answer.trouble);
    return exit_no_work;
  }
  if (json) {
    output out(STDOUT_FILENO);
    out.add(problems_json(file, 0, answer.problems, answer.warnings) + "\n");
    out.flush();
    return exit_usage;
  }
  const std::string lines = problem_lines(file, answer.problems, "");
  told.words(lines + "settle: nothing was submitted");
  return exit_usage;
}

int refuse(reporter& told, const io::error& why) {
  told.words("settle: " + why.words);
  return why.code == io::errc::bad_input ? exit_usage : exit_no_work;
}

void warn(reporter& told, const std::string& lines) {
  if (!lines.empty())
    told.words(lines.substr(0, lines.size() - 1));
}

struct left {
  std::string run;
  std::uint64_t late = 0;  ///< its completions that accounting may still confirm or correct
};

/// On which backend the run was started decides on which it goes on, unless the user says.
io::result<left> find_left_run(const run_arguments& arguments, options& to) {
  const std::string state = state_of(arguments.runtime.state_dir);
  auto run = find_run(state, arguments.resume);
  if (!run)
    return tl::unexpected(run.error());
  const auto listed = read_listed(state, *run);
  if (!listed)
    return tl::unexpected(listed.error());
  left found{std::move(*run)};
  if (!*listed)
    return found;
  if (to.backend == backend_kind::automatic)
    to.backend = (*listed)->backend == "local" ? backend_kind::local : backend_kind::slurm;
  if ((*listed)->summary.finished() && !arguments.accept_unconfirmed &&
      worth_asking_late(state, found.run, **listed)) {
    to.late_accounting = core::limits::late_accounting;
    found.late = (*listed)->summary.tally.unconfirmed;
  }
  return found;
}

int resumed(const run_arguments& arguments, reporter& told) {
  signals noted;
  auto settings = arguments.runtime;
  const auto left = find_left_run(arguments, settings);
  if (!left)
    return refuse(told, left.error());
  auto host = runtime::start(settings);
  if (!host)
    return refuse(told, host.error());
  const submit_answer answer = (*host)->resume(left->run, arguments.take_over);
  if (answer.run.empty())
    return refuse(told, arguments.json, left->run, answer);
  told.started((*host)->summary(answer.run), run_folder((*host)->state_dir(), answer.run),
               (*host)->backend());
  if (left->late != 0)
    told.words("settle: the run is finished, " + std::to_string(left->late) +
               " unconfirmed. Accounting is asked on until it has told, for 24 h after the last of them "
               "ended; Ctrl-C "
               "leaves it as it is");
  session supervision(**host, answer.run, answer.next_seq, told, noted, arguments.cancel_on_interrupt);
  return supervision.supervise(arguments.accept_unconfirmed);
}

int supervised(const run_arguments& arguments, reporter& told) {
  signals noted;  // before the runtime: a Ctrl-C while it starts must not be lost
  auto host = runtime::start(arguments.runtime);
  if (!host)
    return refuse(told, host.error());
  const bool from_stdin = arguments.tasks_file == "-";
  const std::string file = from_stdin ? "<stdin>" : arguments.tasks_file;
  submit_answer answer;
  if (!from_stdin)
    answer = (*host)->submit_file(arguments.tasks_file, arguments.run);
  else if (const auto text = read_standard_input(answer.problems))
    answer = (*host)->submit_text(*text, arguments.run);
  if (answer.run.empty())
    return refuse(told, arguments.json, file, answer);
  warn(told, problem_lines(file, answer.warnings, "warning: "));
  told.started((*host)->summary(answer.run), run_folder((*host)->state_dir(), answer.run),
               (*host)->backend());
  session supervision(**host, answer.run, answer.next_seq, told, noted, arguments.cancel_on_interrupt);
  return supervision.supervise(arguments.accept_unconfirmed);
}

}  // namespace

int run_command(const run_arguments& arguments) {
  std::unique_ptr<reporter> told;
  if (arguments.json)
    told = std::make_unique<json_reporter>();
  else
    told = std::make_unique<human_reporter>();
  for (const std::string& words : arguments.warnings)
    told->words("settle: warning: " + words);
  return arguments.resume.empty() ? supervised(arguments, *told) : resumed(arguments, *told);
}

}  // namespace settle::cli

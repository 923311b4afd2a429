#include "actors/translate/json_writer.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/left_words.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/problems.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/places.hpp"
#include "runtime/submission.hpp"

#include <unistd.h>

namespace settle::cli {

int submit_command(const submit_arguments& arguments) {
  const bool from_stdin = arguments.tasks_file == "-";
  const std::string file = from_stdin ? "<stdin>" : arguments.tasks_file;
  const std::string state = absolute(state_of(arguments.place.state_dir));
  auto place = arguments.place;
  place.state_dir = state;
  submit_answer answer;
  if (!from_stdin)
    answer = leave_file(place, arguments.tasks_file, arguments.run);
  else if (const auto text = read_standard_input(answer.problems))
    answer = leave_text(place, *text, arguments.run);
  if (!answer.trouble.empty())
    return refuse(answer.trouble, exit_no_work);
  output out(STDOUT_FILENO), err(STDERR_FILENO);
  if (answer.run.empty()) {
    if (arguments.json)
      out.add(problems_json(file, 0, answer.problems, answer.warnings) + "\n");
    else
      err.add(problem_lines(file, answer.problems, "") + "settle: nothing was submitted\n");
    out.flush();
    err.flush();
    return exit_usage;
  }
  const auto supervisor = supervisor_of(state);
  err.add(problem_lines(file, answer.warnings, "warning: "));
  err.add(who_goes_on(answer.run, state, supervisor));
  actors::json_writer object;
  object.open();
  object.text("run", answer.run);
  write_supervisor(object, supervisor);
  object.close();
  out.add((arguments.json ? object.take() : answer.run) + "\n");
  err.flush();
  out.flush();
  if (out.failed())
    return refuse("stdout could not be written; run " + answer.run + " was submitted", exit_no_work);
  return 0;
}

}  // namespace settle::cli

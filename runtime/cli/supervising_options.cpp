#include "runtime/cli/supervising_options.hpp"

#include "runtime/cli/option_kinds.hpp"
#include "runtime/cli/rule_options.hpp"

namespace settle::cli {

namespace {

void add_submit(CLI::App& parent, submit_arguments& to) {
  CLI::App& app = *parent.add_subcommand(
      "submit", "leave a task document's run in the state directory for its supervisor, and return");
  app.add_option("TASKS.json", to.tasks_file, "the task document; - reads standard input")
      ->required()
      ->type_name("");
  add_backend(app, to.place.backend);
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add(app, "--max-concurrent", "N", "at most so many items of this run at once",
      [&to](const std::string& option, const std::string& text) {
        to.run.max_concurrent = count_of(option, text);
      });
  add_state(app, to.place.state_dir);
  app.add_option("--title", to.run.title, "a name for people")->type_name("T");
}

void add_supervise(CLI::App& parent, supervise_arguments& to) {
  CLI::App& app = *parent.add_subcommand(
      "supervise",
      "supervise every unfinished run of the state directory, without a terminal, until it is stopped");
  add_backend(app, to.runtime.backend);
  app.add_flag("--json", to.json, "events of all runs as JSON lines on stdout, and nothing else there");
  app.add_flag("--until-idle", to.until_idle, "leave when every run there is finished");
  app.add_flag("--take-over", to.take_over,
               wrapped("whoever supervises the state directory now counts as gone"));
  add_slots(app, to.runtime);
  add_state(app, to.runtime.state_dir);
  add_timing(app, to.runtime);
  add_verdict(app, to.runtime.rules, nullptr);
  add_arrays(app, to.runtime);
}

void add_cancel(CLI::App& parent, cancel_arguments& to) {
  CLI::App& app = *parent.add_subcommand("cancel", "ask whoever supervises a run to cancel it, or some of "
                                                   "its items; evidence decides what becomes of them");
  add_which(app, to.run);
  app.add_option("ITEM", to.items, "tasks' ids, or patterns as in deps (default: all of the run)")
      ->type_name("");
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add(app, "--wait", "D", "for the supervisor's answer (default: 1m)",
      [&to](const std::string& option, const std::string& text) { to.wait = some_time(option, text); });
  add_state(app, to.state_dir);
}

}  // namespace

void add_supervising(CLI::App& parent, supervising_arguments& to) {
  add_submit(parent, to.submit);
  add_supervise(parent, to.supervise);
  add_cancel(parent, to.cancel);
}

std::optional<invocation> chosen_supervising(const CLI::App& app, supervising_arguments& from) {
  if (app.got_subcommand("submit"))
    return from.submit;
  if (app.got_subcommand("supervise")) {
    warn_about_pace(from.supervise.runtime, from.supervise.warnings);
    return from.supervise;
  }
  if (app.got_subcommand("cancel"))
    return from.cancel;
  return std::nullopt;
}

}  // namespace settle::cli

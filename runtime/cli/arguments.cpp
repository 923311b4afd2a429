#include "runtime/cli/arguments.hpp"

#include "runtime/cli/exchange_options.hpp"
#include "runtime/cli/finished_options.hpp"
#include "runtime/cli/nearest_word.hpp"
#include "runtime/cli/option_kinds.hpp"
#include "runtime/cli/reading_options.hpp"
#include "runtime/cli/rule_options.hpp"
#include "runtime/cli/supervising_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace settle::cli {

namespace {

void add_run(CLI::App& parent, run_arguments& to) {
  CLI::App& app = *parent.add_subcommand("run", "submit a task document and supervise it to its verdict");
  const auto tasks =
      app.add_option("TASKS.json", to.tasks_file, "the task document; - reads standard input")->type_name("");
  app.add_option(
         "--resume", to.resume,
         wrapped("go on with a run that another settle left: its id, a unique beginning of it, or last"))
      ->type_name("RUN")
      ->excludes(tasks);
  app.add_flag("--take-over", to.take_over,
               wrapped("with --resume: whoever supervises the run now counts as gone"));
  add_backend(app, to.runtime.backend);
  app.add_flag("--json", to.json, "events as JSON lines on stdout, and nothing else there");
  add(app, "--max-concurrent", "N", "at most so many items of this run at once",
      [&to](const std::string& option, const std::string& text) {
        to.run.max_concurrent = count_of(option, text);
      });
  add_slots(app, to.runtime);
  add_state(app, to.runtime.state_dir);
  app.add_option("--title", to.run.title, "a name for people")->type_name("T");
  add_timing(app, to.runtime);
  add_verdict(app, to.runtime.rules, &to.accept_unconfirmed);
  add_arrays(app, to.runtime);
  app.add_flag("--cancel-on-interrupt", to.cancel_on_interrupt, "the first Ctrl-C cancels the jobs");
}

void add_validate(CLI::App& parent, validate_arguments& to) {
  CLI::App& app = *parent.add_subcommand("validate", "check a task document without running anything");
  app.add_option("TASKS.json", to.tasks_file, "the task document; - reads standard input")
      ->required()
      ->type_name("");
  app.add_flag("--json", to.json, "one JSON object on stdout");
}

void add_doctor(CLI::App& parent, doctor_arguments& to) {
  CLI::App& app = *parent.add_subcommand("doctor", "what this cluster or machine offers; submits nothing");
  add_backend(app, to.runtime.backend);
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add_state(app, to.runtime.state_dir);
  add_intervals(app, to.runtime);
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest_word(word, known);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

tl::unexpected<io::error> usage_error(const std::string& words, const std::string& command) {
  return io::fail(io::errc::bad_input,
                  fmt::format("{}\nTry: settle {}", words, command.empty() ? "help" : "help " + command));
}

/// CLI11's exceptions end here: what it could not place, in our words.
tl::unexpected<io::error> explain(const CLI::ParseError& e, const CLI::App& app) {
  const std::vector<CLI::App*> used = app.get_subcommands();
  const CLI::App& at = used.empty() ? app : *used.front();
  const std::string command = used.empty() ? "" : at.get_name();
  const std::vector<std::string> rest = at.remaining();
  if (rest.empty())
    return usage_error(e.what(), command);
  const std::string word = rest.front().substr(0, rest.front().find('='));
  if (word.starts_with("-"))
    return usage_error(fmt::format("unknown option '{}'{}", word, did_you_mean(word, option_names(at))),
                       command);
  return usage_error(fmt::format("unexpected argument '{}'", rest.front()), command);
}

struct command_line {
  CLI::App app{"settle: runs large fan-outs of tasks and tells the one true verdict of each", "settle"};
  run_arguments run;
  validate_arguments validate;
  reading_arguments reading;
  supervising_arguments supervising;
  finished_arguments finished;
  exchange_arguments exchange;
  doctor_arguments doctor;

  command_line() {
    app.set_version_flag("--version", "settle " SETTLE_VERSION);
    add_run(app, run);
    add_supervising(app, supervising);
    add_finished(app, finished);
    add_validate(app, validate);
    add_reading(app, reading);
    add_exchange(app, exchange);
    add_doctor(app, doctor);
    app.add_subcommand("help", "this text, or a command's: settle help run");
    app.footer("Exit codes: 0 all completed and confirmed, 1 failed or cancelled, 2 usage or bad input,\n"
               "3 the supervisor could not do its work, 4 some completions are unconfirmed.");
  }
};

io::result<invocation> help(command_line& line, const std::vector<std::string>& words) {
  if (words.size() < 2)
    return print_text{line.app.help()};
  const std::vector<std::string> known = command_names(line.app);
  if (std::find(known.begin(), known.end(), words[1]) == known.end())
    return usage_error(fmt::format("unknown command '{}'{}", words[1], did_you_mean(words[1], known)), "");
  return print_text{line.app.get_subcommand(words[1])->help("settle")};
}

void warn_about(run_arguments& run) {
  if (!run.resume.empty() && (run.run.max_concurrent != 0 || !run.run.title.empty()))
    run.warnings.push_back("--max-concurrent and --title are the run's own: --resume does not change them");
  if (run.take_over && run.resume.empty())
    run.warnings.push_back("--take-over does nothing without --resume");
  warn_about_pace(run.runtime, run.warnings);
}

io::result<invocation> chosen(command_line& line) {
  if (line.app.got_subcommand("run")) {
    if (line.run.tasks_file.empty() && line.run.resume.empty())
      return usage_error("TASKS.json is required", "run");
    warn_about(line.run);
    return line.run;
  }
  if (auto asked = chosen_supervising(line.app, line.supervising))
    return std::move(*asked);
  if (auto asked = chosen_finished(line.app, line.finished))
    return std::move(*asked);
  if (line.app.got_subcommand("validate"))
    return line.validate;
  if (line.app.got_subcommand("doctor"))
    return line.doctor;
  if (auto asked = chosen_reading(line.app, line.reading))
    return std::move(*asked);
  if (auto asked = chosen_exchange(line.app, line.exchange))
    return std::move(*asked);
  return print_text{line.app.help()};
}

}  // namespace

io::result<invocation> read_arguments(std::vector<std::string> arguments) {
  command_line line;
  if (arguments.empty())
    return usage_error("which command?", "");
  if (arguments.front() == "help")
    return help(line, arguments);
  const std::vector<std::string> known = command_names(line.app);
  const std::string& first = arguments.front();
  if (!first.starts_with("-") && std::find(known.begin(), known.end(), first) == known.end())
    return usage_error(fmt::format("unknown command '{}'{}", first, did_you_mean(first, known)), "");
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    line.app.parse(std::move(arguments));
    return chosen(line);
  } catch (const CLI::CallForHelp&) {
    const auto used = line.app.get_subcommands();
    return print_text{used.empty() ? line.app.help() : used.front()->help("settle")};
  } catch (const CLI::CallForVersion& e) {
    return print_text{std::string(e.what()) + "\n"};
  } catch (const CLI::ParseError& e) {
    return explain(e, line.app);
  }
}

}  // namespace settle::cli

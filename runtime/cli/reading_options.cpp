#include "runtime/cli/reading_options.hpp"

#include "runtime/cli/option_kinds.hpp"

namespace settle::cli {

namespace {

void add_show(CLI::App& parent, show_arguments& to) {
  CLI::App& app = *parent.add_subcommand("show", "what is known about a run, or about one item of it");
  add_which(app, to.run);
  app.add_option("ITEM", to.item, "a task's id")->type_name("");
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add_state(app, to.state_dir);
}

void add_list(CLI::App& parent, list_arguments& to) {
  CLI::App& app = *parent.add_subcommand("list", "a line for each run, newest last");
  app.add_flag("--json", to.json, "one JSON object for each run on stdout");
  add_state(app, to.state_dir);
}

void add_status(CLI::App& parent, status_arguments& to) {
  CLI::App& app = *parent.add_subcommand("status", "how a run stands, and what failed or is stuck");
  add_which(app, to.run);
  app.add_flag("--json", to.json, "one JSON object on stdout, without items");
  add_state(app, to.state_dir);
}

void add_logs(CLI::App& parent, logs_arguments& to) {
  CLI::App& app = *parent.add_subcommand("logs", "prints what an item wrote");
  add_which(app, to.run);
  app.add_option("ITEM", to.item, "a task's id")->required()->type_name("");
  app.add_flag("-f,--follow", to.follow, "goes on until the item has its verdict");
  app.add_flag("--err", to.err, "its standard error instead of its standard output");
  add_state(app, to.state_dir);
}

void add_watch(CLI::App& parent, watch_arguments& to) {
  CLI::App& app =
      *parent.add_subcommand("watch", "follows a run that another process supervises, to its end");
  add_which(app, to.run);
  app.add_flag("--exit-status", to.exit_status, "the exit code is the run's, as that of settle run");
  app.add_flag("--json", to.json, "events as JSON lines on stdout, and nothing else there");
  add(app, "--from-seq", "N", "leaves out what came before the event with this number (default: 1)",
      [&to](const std::string& option, const std::string& text) { to.from_seq = count_of(option, text); });
  add_state(app, to.state_dir);
}

}  // namespace

void add_reading(CLI::App& parent, reading_arguments& to) {
  add_show(parent, to.show);
  add_list(parent, to.list);
  add_status(parent, to.status);
  add_logs(parent, to.logs);
  add_watch(parent, to.watch);
}

std::optional<invocation> chosen_reading(const CLI::App& app, const reading_arguments& from) {
  if (app.got_subcommand("show"))
    return from.show;
  if (app.got_subcommand("list"))
    return from.list;
  if (app.got_subcommand("status"))
    return from.status;
  if (app.got_subcommand("logs"))
    return from.logs;
  if (app.got_subcommand("watch"))
    return from.watch;
  return std::nullopt;
}

}  // namespace settle::cli

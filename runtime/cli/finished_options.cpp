#include "runtime/cli/finished_options.hpp"

#include "runtime/cli/option_kinds.hpp"

namespace settle::cli {

namespace {

void add_retry(CLI::App& parent, retry_arguments& to) {
  CLI::App& app = *parent.add_subcommand(
      "retry", "what did not complete in a finished run goes out once more, as a new run for the supervisor");
  add_which(app, to.run);
  app.add_option("ITEM", to.how.items,
                 "tasks' ids, or patterns as in deps (default: all that did not complete)")
      ->type_name("");
  app.add_flag("--json", to.json, "one JSON object on stdout");
  app.add_flag("--with-unconfirmed", to.how.with_unconfirmed,
               "completions that nobody has confirmed are retried too");
  app.add_flag("--overwrite", to.how.overwrite,
               wrapped("the items may write over output files of their own that the run has left"));
  app.add_flag("--again", to.how.again,
               wrapped("also what an earlier retry of the run has completed or has under way"));
  add(app, "--max-concurrent", "N",
      "at most so many items of the new run at once (default: as in the old one)",
      [&to](const std::string& option, const std::string& text) {
        to.how.max_concurrent = count_of(option, text);
      });
  add_state(app, to.state_dir);
  app.add_option("--title", to.how.title, "a name for people (default: that of the old run)")->type_name("T");
}

void add_prune(CLI::App& parent, prune_arguments& to) {
  CLI::App& app = *parent.add_subcommand(
      "prune", "removes what finished runs left in the state directory: old ones, or those that are named");
  auto* const names =
      app.add_option("RUN", to.how.runs,
                     wrapped("ids, unique beginnings of them, or last (default: every old one)"))
          ->type_name("");
  app.add_flag("-n,--dry-run", to.how.dry_run, "tells what would be done, and does nothing");
  app.add_flag("--compact", to.compact,
               wrapped("removes no run: their journals are made shorter, and tell the same verdicts"));
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add(app, "--older-than", "AGE", "only runs that ended so long ago (default: 30d)",
      [&to](const std::string& option, const std::string& text) {
        to.how.older_than = duration_of(option, text);
      })
      ->excludes(names);
  add_state(app, to.state_dir);
}

}  // namespace

void add_finished(CLI::App& parent, finished_arguments& to) {
  add_retry(parent, to.retry);
  add_prune(parent, to.prune);
}

std::optional<invocation> chosen_finished(const CLI::App& app, const finished_arguments& from) {
  if (app.got_subcommand("retry"))
    return from.retry;
  if (app.got_subcommand("prune"))
    return from.prune;
  return std::nullopt;
}

}  // namespace settle::cli

#include "runtime/cli/rule_options.hpp"

#include "runtime/cli/option_kinds.hpp"

#include <optional>

namespace settle::cli {

using std::chrono::milliseconds;

void add_backend(CLI::App& app, backend_kind& target) {
  add_choice<backend_kind>(app, "--backend",
                           "where jobs run (default: slurm where sbatch is installed, else local)", target,
                           {{"local", backend_kind::local}, {"slurm", backend_kind::slurm}});
}

void add_intervals(CLI::App& app, options& to) {
  add(app, "--poll-interval", "D", "time between two looks at the scheduler (default: adapts around 15s)",
      [&to](const std::string& option, const std::string& text) {
        to.rules.poll_interval = some_time(option, text);
        to.poll_interval_fixed = true;
      });
  add(app, "--command-deadline", "D", "a scheduler command that takes longer is ended (default: 1m)",
      [&to](const std::string& option, const std::string& text) {
        to.rules.command_deadline = some_time(option, text);
      });
}

void add_timing(CLI::App& app, options& to) {
  core::policy& rules = to.rules;
  const auto set = [](milliseconds& target) {
    return
        [&target](const std::string& option, const std::string& text) { target = some_time(option, text); };
  };
  add_intervals(app, to);
  add(app, "--poll-interval-min", "D", "never look more often than this (default: 1s)",
      set(rules.poll_interval_min));
  add(app, "--settle-no-record", "D|never",
      "a job that left the queue counts as completed, unconfirmed, when accounting has no record of it for "
      "this long (default: 10m)",
      [&rules](const std::string& option, const std::string& text) {
        rules.settle_no_record = text == "never" ? std::nullopt : std::optional(duration_of(option, text));
      });
  add(app, "--submit-grace", "D",
      "accounting is asked about a job that no listing shows after this (default: 1m)",
      set(rules.submit_grace));
  add(app, "--submit-no-record", "D",
      "a submitted job that neither queue nor accounting knows has failed after this (default: 5m)",
      set(rules.submit_no_record));
  add(app, "--fail-stuck-after", "D",
      "a job that listings show stuck in the queue for this long (held, or what it asks for cannot be) is "
      "cancelled, and its item failed (default: never)",
      [&rules](const std::string& option, const std::string& text) {
        rules.fail_stuck_after = some_time(option, text);
      });
  add(app, "--search-silence", "D",
      "an unclear sbatch is repeated when queue and accounting know no job of it for this long (default: 2m)",
      set(rules.search_silence));
}

void add_slots(CLI::App& app, options& to) {
  add(app, "--slots", "N", "at most so many jobs of the backend at once (default: local one per processor)",
      [&to](const std::string& option, const std::string& text) {
        to.max_concurrent = count_of(option, text);
      });
}

void add_arrays(CLI::App& app, options& to) {
  app.add_flag(
      "!--no-arrays", to.arrays,
      wrapped("every task is a job of its own; else tasks that ask Slurm for the same go out as job arrays"));
}

void add_verdict(CLI::App& app, core::policy& rules, bool* accept) {
  add_choice<bool>(app, "--derived-exit", "what a failed step means in a job that succeeded (default: warn)",
                   rules.derived_exit_fails, {{"fail", true}, {"warn", false}});
  add(app, "--unconfirmed", "accept|hold",
      "accept: unconfirmed completions give exit code 0, not 4; hold: they do not release what depends on "
      "them",
      [&rules, accept](const std::string& option, const std::string& text) {
        if (text != "accept" && text != "hold")
          throw CLI::ValidationError(option, fmt::format("'{}' is none of accept|hold", text));
        if (accept != nullptr)
          *accept = text == "accept";
        rules.unconfirmed_releases = text == "accept";
      });
  add_choice<core::witness_use>(app, "--witness",
                                "the exit record that a job's own script leaves; auto: read where accounting "
                                "is off or silent or may have "
                                "cut an exit code; on: always compared; off: not written (default: auto)",
                                rules.witness,
                                {{"auto", core::witness_use::automatic},
                                 {"on", core::witness_use::on},
                                 {"off", core::witness_use::off}});
}

void warn_about_pace(const options& runtime, std::vector<std::string>& warnings) {
  if (runtime.poll_interval_fixed && runtime.rules.poll_interval < core::limits::poll_interval_floor)
    warnings.push_back("--poll-interval below 1s is raised to 1s: the controller is everybody's");
}

}  // namespace settle::cli

// A thousand items in one run on a real Slurm: every way to end that can be had quickly, at once.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

namespace settle::live {
namespace {

using std::chrono::seconds;

expected_end never_ran(std::string status, std::string cause, std::vector<std::string> evidences,
                       int attempt) {
  expected_end end;
  end.status = std::move(status);
  end.cause = std::move(cause);
  end.exit_codes = {std::nullopt};
  end.evidences = std::move(evidences);
  end.attempt = attempt;
  end.executions = 0;
  return end;
}

/// Those that take longest begin first.
void add_meddled(plan& tasks) {
  for (int i = 0; i < 3; ++i) {
    auto& late = tasks.add("late-" + std::to_string(i), "sleep 600");
    late.how = meddling::reach_time_limit;
    late.end = ends_cancelled();
    late.end.cause = "timeout";
    auto& again = tasks.add("again-" + std::to_string(i), lives_twice());
    again.how = meddling::requeue_once;
    again.end.attempt = 2;
    again.end.executions = 2;
  }
  for (int i = 0; i < 5; ++i) {
    auto& stopped = tasks.add("stopped-" + std::to_string(i), "sleep 600");
    stopped.how = meddling::cancel_when_running;
    stopped.end = ends_cancelled();
    auto& polite = tasks.add("polite-" + std::to_string(i), "trap 'exit 0' TERM; sleep 600 & wait");
    polite.how = meddling::cancel_when_running;
    polite.end = ends_cancelled();
    auto& waiting = tasks.add("waiting-" + std::to_string(i), "true");
    waiting.sbatch_args = {i % 2 == 0 ? "--hold" : "--begin=now+1hour"};
    waiting.how = meddling::cancel_when_queued;
    waiting.end = ends_cancelled();
    waiting.end.executions = 0;
  }
}

void add_failures(plan& tasks) {
  for (int i = 0; i < 15; ++i) {
    for (int code : {1, 3, 128, 137, 255})
      tasks.add("exit-" + std::to_string(code) + "-" + std::to_string(i), "exit " + std::to_string(code))
          .end = exits_with_forgotten(code);
    tasks.add("typo-" + std::to_string(i), "no-such-command-anywhere").end = exits_with(127);
  }
  for (int i = 0; i < 10; ++i) {
    tasks.add("killed-" + std::to_string(i), "kill -9 $$").end = ends_by_signal(9);
    tasks.add("crashed-" + std::to_string(i), "kill -SEGV $$").end = ends_by_signal(11);
  }
  for (int i = 0; i < 5; ++i) {
    // Without the pause the script may end before the controller heard of the step, and accounting never shows it.
    tasks.add("step-" + std::to_string(i), "srun false; sleep 2; exit 0").end.warning = true;
    auto& lost = tasks.add("nowhere-" + std::to_string(i), "true");
    lost.working_dir = "/no/such/folder";
    lost.end = never_ran("failed", "launch_failure", {"accounting", "queue"}, 1);
    lost.end.exit_codes = {125, std::nullopt};
    auto& refused = tasks.add("refused-" + std::to_string(i), "true");
    refused.partition = "no-such-partition";
    refused.end = never_ran("failed", "rejected", {""}, 1);
  }
}

void add_dependents(plan& tasks) {
  tasks.add("root-bad", "exit 3").end = exits_with(3);
  tasks.add("root-good", "true");
  for (int i = 0; i < 5; ++i) {
    const auto n = std::to_string(i);
    tasks.add("good-" + n, "true").deps = {"root-good"};
    auto& doomed = tasks.add("doomed-" + n, "true");
    doomed.deps = {"root-good", "root-bad"};
    doomed.end = never_ran("dep_failed", "dependency_failed", {""}, 0);
    auto& later = tasks.add("later-" + n, "true");
    later.deps = {"doomed-" + n};
    later.end = never_ran("dep_failed", "dependency_failed", {""}, 0);
  }
  tasks.add("after-all-good", "true").deps = {"good-*"};
}

void add_nasty(plan& tasks, const std::string& folder) {
  const std::string names[] = {"a|b|c",        "line\nbreak",        "tab\tstop",
                               "it's",         "\"quoted\"",         "$(touch pwned)",
                               "`id`; exit 9", "-J --wrap",          "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80",
                               "%j.%A*?[x]",   std::string(300, 'n')};
  int n = 0;
  for (const auto& name : names)
    tasks.add("named-" + std::to_string(n++), "true").name = name;
  for (const char* id :
       {"blank in id", "slash/in/id", "quote'in\"id", "$(false)", "\xC3\xBCmlaut", "-dash", "..", "%A"})
    tasks.add(id, "true");
  const auto blank = folder + "/a b %j 'c'";
  std::filesystem::create_directories(blank);
  auto& inside = tasks.add("in-a-blank-folder", "test \"$PWD\" = \"" + blank + "\"");
  inside.working_dir = blank;
  const std::string bytes = "a\\b\\n'\"$HOME`x`%s!#~*?\xC3\xBC\t|&;<>(){}";
  write_file(folder + "/bytes", bytes);
  tasks.add("byte-for-byte", "cat >got <<'END OF TEXT'\n" + bytes + "\nEND OF TEXT\ncmp -n " +
                                 std::to_string(bytes.size()) + " got '" + folder + "/bytes'");
}

void add_generator(plan& tasks, const std::string& folder) {
  for (int i = 0; i < 5; ++i) {
    auto& born = tasks.add("born-" + std::to_string(i), i == 4 ? "exit 1" : "true");
    born.generated = true;
    if (i == 4)
      born.end = exits_with(1);
  }
  auto& source = tasks.add("source", "cp '" + folder + "/more.json' made.json");
  source.generates_source = folder + "/made.json";
  auto& barren = tasks.add("barren", "true");
  barren.generates_source = folder + "/never-made.json";
  barren.end.status = "failed";
  barren.end.cause = "generator_failed";
  barren.end.exit_codes = {0, std::nullopt};
  barren.end.evidences = {"accounting", ""};
}

plan thousand(const std::string& folder) {
  plan tasks(folder);
  add_meddled(tasks);
  add_generator(tasks, folder);
  add_failures(tasks);
  add_dependents(tasks);
  add_nasty(tasks, folder);
  for (int i = 0; tasks.size() < 1005; ++i)  // five are born of a generator
    tasks.add("plain-" + std::to_string(i), "true");
  write_file(folder + "/more.json", tasks.document(true));
  return tasks;
}

std::size_t expected_with(const plan& tasks, const std::string& status) {
  return static_cast<std::size_t>(std::count_if(tasks.tasks().begin(), tasks.tasks().end(),
                                                [&](const auto& task) { return task.end.status == status; }));
}

}  // namespace

TEST_CASE("a thousand items on a real Slurm: every verdict is the true one, and no earlier than accounting's",
          "[live][thousand]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("thousand");
  const auto tasks = thousand(folder);
  live_run run(slurm, folder, tasks, {"--max-concurrent", "200"});
  CHECK(run.finish(seconds{480}) == 1);

  const auto wrong = run.differences();
  INFO(wrong.size() << " differences:\n" << joined(wrong));
  CHECK(wrong.empty());
  const auto* end = run.heard().finish();
  REQUIRE(end != nullptr);
  CHECK(end->status == "failed");
  CHECK(end->confirmed == true);
  for (const char* status : {"completed", "failed", "dep_failed"})
    CHECK(end->counts.at(status) == expected_with(tasks, status));
  CHECK(run.excess_calls() == "");
  CHECK(!std::filesystem::exists(folder + "/pwned"));
  const auto sbatches = tasks.size() - expected_with(tasks, "dep_failed");
  CHECK(run.commands().count("sbatch") <= sbatches);
  WARN("1,005 items in " << run.lasted().count() << " s: " << run.commands().count("squeue") << " squeue, "
                         << run.commands().count("sacct") << " sacct, " << run.commands().count("sbatch")
                         << " sbatch calls, " << run.heard().events() << " events");
}

}  // namespace settle::live

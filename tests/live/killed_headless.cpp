// The headless supervisor of a thousand tasks is killed, over and over: at any moment, and between an sbatch and the
// line of the journal that tells of it. Another one goes on, and a watcher in a process of its own follows all of it.
// Judged by what the jobs wrote: each ran exactly once, and the verdicts are those of the commands.
#include "tests/live/child.hpp"
#include "tests/live/plan.hpp"
#include "tests/live/shared_clusters.hpp"
#include "tests/live/verdict_log.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace settle::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int tasks_for_a_kill = 50;
constexpr auto calm = seconds{5};  // at least, between two kills

/// `./dev kills N` asks for more than a test of every day.
int kills() {
  const char* wanted = std::getenv("SETTLE_KILLS");
  return wanted != nullptr ? std::stoi(wanted) : 20;
}

int exit_code_of(int task) {
  return task % 10 == 3 ? 7 : 0;
}

/// Each task adds one line to a file of its own; `>>` opens it with O_APPEND.
void write_document(const std::string& folder, int tasks, std::mt19937& chance) {
  std::ofstream out(folder + "/tasks.json");
  out << "{\"tasks\": [";
  for (int i = 0; i < tasks; ++i)
    out << (i == 0 ? "" : ",") << R"({"id": "t)" << i << R"(", "name": "t", "command": "echo ran >> )"
        << folder << "/ran/" << i << "; sleep " << 1 + chance() % 30 << "; exit " << exit_code_of(i)
        << "\"}\n";
  out << "]}";
}

std::string settle_program() {
  const char* other = std::getenv("SETTLE_PROGRAM");
  return other != nullptr ? other : SETTLE_PROGRAM;
}

/// An sbatch that, where a file tells it to, kills whoever called it: after Slurm took the job and before the caller
/// hears its id, or in the moment in which the caller writes that down.
class aimed_sbatch {
public:
  explicit aimed_sbatch(const std::string& folder) : folder_(folder) {
    fs::create_directories(folder + "/bin");
    write_file(folder + "/bin/sbatch", "#!/bin/sh\nhere='" + folder + R"('
PATH=${PATH#"$here/bin:"}
said=$(sbatch "$@"); code=$?
if mv "$here/aim-before" "$here/taken-$$" 2>/dev/null; then kill -KILL $PPID
elif mv "$here/aim-after" "$here/taken-$$" 2>/dev/null; then (sleep 0.00$(($$ % 10)); kill -KILL $PPID) & fi
[ -z "$said" ] || printf '%s\n' "$said"
exit $code
)");
    fs::permissions(folder + "/bin/sbatch", fs::perms{0755});
  }
  void aim(bool before_the_reply) const {
    write_file(folder_ + (before_the_reply ? "/aim-before" : "/aim-after"), "");
  }
  void put_down() const {
    fs::remove(folder_ + "/aim-before");
    fs::remove(folder_ + "/aim-after");
  }
  std::string path() const { return folder_ + "/bin"; }

private:
  std::string folder_;
};

std::unique_ptr<line_child> start(const cluster& slurm, const aimed_sbatch& sbatch, const std::string& folder,
                                  int life) {
  auto env = slurm.client_environment();
  env["PATH"] = sbatch.path() + ":" + env["PATH"];
  const arguments argv{settle_program(),
                       "supervise",
                       "--until-idle",
                       "--backend",
                       "slurm",
                       "--slots",
                       "100",
                       "--poll-interval",
                       "1s",
                       "--search-silence",
                       "8s",
                       "--state",
                       folder + "/state",
                       "--command-deadline",
                       "6s"};
  return std::make_unique<line_child>(argv, env, folder + "/errors-" + std::to_string(life), folder);
}

}  // namespace

TEST_CASE("the headless supervisor of a thousand tasks is killed at any moment: each runs once",
          "[live][killed][headless]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("headless");
  fs::create_directories(folder + "/ran");
  const auto seed = std::random_device{}();
  WARN("seed " << seed);
  std::mt19937 chance(seed);
  const int tasks = tasks_for_a_kill * kills();
  write_document(folder, tasks, chance);
  const aimed_sbatch sbatch(folder);

  const auto left = run_to_end({settle_program(), "submit", folder + "/tasks.json", "--backend", "slurm",
                                "--state", folder + "/state"},
                               slurm.client_environment(), seconds{30});
  REQUIRE(left.ok());
  line_child watcher(
      {settle_program(), "watch", "last", "--exit-status", "--json", "--state", folder + "/state"},
      slurm.client_environment(), folder + "/errors-watch", folder);
  verdict_log shown;
  const auto listen = [&](line_child& settle) {
    shown.note(watcher.read_lines(milliseconds{50}));
    settle.read_lines(milliseconds{1});
  };

  int struck = 0;
  int aimed = 0;
  std::optional<int> code;
  for (int life = 0; life <= kills(); ++life) {
    auto settle = start(slurm, sbatch, folder, life);
    const auto began = steady_clock::now();
    // A third of them with an aim, half of these before the reply; the others at any moment of their sixth second on.
    const bool last = life == kills();
    const auto moment = last ? milliseconds{600'000} : calm + milliseconds{chance() % 2000};
    const bool with_aim = !last && life % 3 == 1;
    while (!settle->at_end() && steady_clock::now() < began + moment)
      listen(*settle);
    if (with_aim && !settle->at_end()) {
      sbatch.aim(life % 2 == 0);
      while (!settle->at_end() && steady_clock::now() < began + moment + seconds{10})
        listen(*settle);
      aimed += settle->at_end() ? 1 : 0;
      sbatch.put_down();
    }
    if (!last && !settle->at_end())
      settle->send(SIGKILL);
    code = settle->wait(seconds{10});
    struck += code == 128 + SIGKILL ? 1 : 0;
  }
  INFO(read_file(folder + "/errors-" + std::to_string(kills())));
  CHECK(code == 0);  // every run there is finished
  CHECK(struck == kills());
  WARN(tasks << " tasks, " << struck << " supervisors killed, " << aimed << " of them right after an sbatch");
  CHECK(aimed > 0);
  const auto end = steady_clock::now() + seconds{60};
  while (!watcher.at_end() && steady_clock::now() < end)
    shown.note(watcher.read_lines(milliseconds{50}));
  CHECK(watcher.wait(seconds{10}) == 1);  // some tasks fail

  verdict_log all;
  all.note(item_lines_of_journals(folder + "/state/runs"));
  for (int i = 0; i < tasks; ++i) {
    const auto id = "t" + std::to_string(i);
    INFO(id);
    CHECK(read_file(folder + "/ran/" + std::to_string(i)) == "ran\n");
    CHECK(all.of(id) == (exit_code_of(i) == 0 ? "completed" : "failed"));
    CHECK(shown.of(id) == all.of(id));
  }
}

}  // namespace settle::live

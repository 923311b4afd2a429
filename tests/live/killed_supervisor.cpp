// The supervisor itself is killed, over and over, at moments that it does not choose; another one goes on. Judged by
// what the jobs wrote: each ran exactly once, and the verdicts are those of the commands.
#include "tests/live/child.hpp"
#include "tests/live/plan.hpp"
#include "tests/live/shared_clusters.hpp"
#include "tests/live/verdict_log.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <string>

namespace settle::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int tasks = 150;
constexpr int kills = 8;

bool fails(int task) {
  return task % 10 == 3;
}

void write_document(const std::string& folder) {
  std::ofstream out(folder + "/tasks.json");
  out << "{\"tasks\": [";
  for (int i = 0; i < tasks; ++i)
    out << (i == 0 ? "" : ",") << R"({"id": "t)" << i << R"(", "name": "t", "command": "echo ran >> )"
        << folder << "/ran-" << i << "; sleep " << 1 + i % 4 << "; exit " << (fails(i) ? 7 : 0) << "\"}\n";
  out << "]}";
}

line_child start(const cluster& slurm, const std::string& folder, arguments words, int number) {
  const char* other = std::getenv("SETTLE_PROGRAM");
  arguments argv{other != nullptr ? other : SETTLE_PROGRAM, "run"};
  argv.insert(argv.end(), words.begin(), words.end());
  for (const char* word : {"--json", "--backend", "slurm", "--poll-interval", "1s", "--search-silence", "8s",
                           "--command-deadline", "6s", "--max-concurrent", "24", "--state"})
    argv.emplace_back(word);
  argv.push_back(folder + "/state");
  return line_child(argv, slurm.client_environment(), folder + "/errors-" + std::to_string(number), folder);
}

}  // namespace

TEST_CASE("a supervisor killed again and again loses no task and runs none twice", "[live][killed]") {
  auto& slurm = vanishing_cluster();  // rows that other cases forged would hide a lost sbatch for long
  const auto folder = slurm.new_folder("killed");
  write_document(folder);
  const auto seed = std::random_device{}();
  WARN("seed " << seed);
  std::mt19937 chance(seed);
  verdict_log shown;
  std::optional<int> code;
  int struck = 0;  // lives that had not ended by themselves
  for (int life = 0; life <= kills; ++life) {
    auto settle = life == 0 ? start(slurm, folder, {folder + "/tasks.json"}, life)
                            : start(slurm, folder, {"--resume", "last"}, life);
    // Any moment: while it starts, submits, polls or writes.
    const milliseconds moment{life == kills ? 240'000 : 700 + static_cast<int>(chance() % 3000)};
    const auto end = std::chrono::steady_clock::now() + moment;
    while (!settle.at_end() && std::chrono::steady_clock::now() < end)
      shown.note(settle.read_lines(milliseconds{50}));
    if (life < kills && !settle.at_end()) {
      settle.send(SIGKILL);
      ++struck;
    }
    shown.note(settle.read_lines(milliseconds{200}));
    code = settle.wait(seconds{10});
  }
  INFO(read_file(folder + "/errors-" + std::to_string(kills)));
  CHECK(code == 1);
  CHECK(struck >= kills / 2);
  for (int i = 0; i < tasks; ++i) {
    INFO("t" << i);
    CHECK(read_file(folder + "/ran-" + std::to_string(i)) == "ran\n");
  }
  // What was durable when a life ended was perhaps not printed: the journal has every verdict.
  verdict_log all;
  all.note(item_lines_of_journals(folder + "/state/runs"));
  CHECK(all.size() == tasks);
  for (int i = 0; i < tasks; ++i)
    CHECK(all.of("t" + std::to_string(i)) == (fails(i) ? "failed" : "completed"));
  CHECK(all.agrees_with(shown));
}

}  // namespace settle::live

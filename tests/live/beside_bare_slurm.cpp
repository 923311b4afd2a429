// settle beside Slurm alone, in the same minutes on the same cluster: tiny tasks in a run against the bare
// `sbatch --array --wait` of the same tasks, and how long a large run takes to be in the queue. What is checked is that every
// task ran and every verdict is right; the times are printed, for machines differ (`./dev bench slurm`).
#include "tests/live/child.hpp"
#include "tests/live/event_line.hpp"
#include "tests/live/plan.hpp"
#include "tests/live/shared_clusters.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace settle::live {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// `./dev bench slurm` asks for more than a test of every day.
int wanted(const char* name, int otherwise) {
  const char* number = std::getenv(name);
  return number != nullptr ? std::stoi(number) : otherwise;
}

double seconds_since(steady_clock::time_point began) {
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

/// Each task adds a byte to one file: a write of one byte with O_APPEND is whole.
std::string command_into(const std::string& file) {
  return "printf x >>" + file;
}

void write_document(const std::string& folder, int tasks, const std::string& command) {
  std::ofstream out(folder + "/tasks.json");
  out << "{\"tasks\": [";
  for (int i = 0; i < tasks; ++i)
    out << (i == 0 ? "" : ",\n") << R"({"id": "t)" << i << R"(", "name": "t", "command": ")" << command
        << "\"}";
  out << "]}";
}

std::uintmax_t bytes_in(const std::string& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : size;
}

/// Seconds until all of them are over.
double run_bare(const cluster& slurm, const std::string& folder, int tasks) {
  fs::create_directories(folder + "/bare");
  const auto began = steady_clock::now();
  const auto done = run_to_end({"sbatch", "--wait", "--parsable", "--array=0-" + std::to_string(tasks - 1),
                                "--output=" + folder + "/bare/%a.out", "--chdir=" + folder,
                                "--wrap=" + command_into(folder + "/bare-ran")},
                               slurm.client_environment(), seconds{3600});
  INFO(done.out << done.err);
  CHECK(done.ok());
  return seconds_since(began);
}

/// What a run's stream told, by the clock of who hears it.
struct told_run {
  int submitted = 0;
  std::map<std::string, std::uint64_t> counts;
  std::string status;
  double all_submitted = 0;
  double over = 0;
  std::optional<int> code;
};

/// `when_submitted`: called once, when all of them are.
told_run run_settle(const cluster& slurm, const std::string& folder, const arguments& flags, int tasks,
                    const std::function<void(line_child&)>& when_submitted) {
  arguments argv{SETTLE_PROGRAM, "run",     folder + "/tasks.json", "--backend", "slurm",
                 "--json",       "--state", folder + "/state"};
  argv.insert(argv.end(), flags.begin(), flags.end());
  told_run told;
  const auto began = steady_clock::now();
  line_child settle(argv, slurm.client_environment(), folder + "/errors", folder);
  while (!settle.at_end() && seconds_since(began) < 3600) {
    for (const auto& line : settle.read_lines(milliseconds{100})) {
      const auto event = read_event(line);
      told.submitted += event.status == "submitted" ? 1 : 0;
      if (event.kind != "run_finished")
        continue;
      told.counts = event.counts;
      told.status = event.status;
    }
    if (told.submitted == tasks && told.all_submitted == 0) {
      told.all_submitted = seconds_since(began);
      when_submitted(settle);
    }
  }
  told.code = settle.wait(seconds{60});
  told.over = seconds_since(began);
  INFO(read_file(folder + "/errors"));
  CHECK(told.code);
  return told;
}

}  // namespace

TEST_CASE("tiny tasks take settle little longer than Slurm alone, and each ran once", "[live][bare]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("bare");
  const int tasks = wanted("SETTLE_BARE_TASKS", 2000);
  write_document(folder, tasks, command_into(folder + "/ran"));
  const auto alone = run_bare(slurm, folder, tasks);
  CHECK(bytes_in(folder + "/bare-ran") == static_cast<std::uintmax_t>(tasks));
  const auto told = run_settle(slurm, folder, {}, tasks, [](line_child&) {});
  CHECK(told.code == 0);
  CHECK(told.counts.at("completed") == static_cast<std::uint64_t>(tasks));
  CHECK(bytes_in(folder + "/ran") == static_cast<std::uintmax_t>(tasks));
  WARN(tasks << " tasks: " << alone << " s as a bare array, " << told.over << " s with settle ("
             << told.over / alone << " times; all submitted after " << told.all_submitted << " s)");
}

TEST_CASE("a run without max_concurrent is in the queue as a whole, and is cancelled as a whole",
          "[live][bare][submission]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("submission");
  const int tasks = wanted("SETTLE_SUBMITTED_TASKS", 2000);
  write_document(folder, tasks, "sleep 3600");
  std::ptrdiff_t queued = 0;
  const auto told =
      run_settle(slurm, folder, {"--cancel-on-interrupt"}, tasks, [&](const line_child& settle) {
        const auto listed = slurm.ask({"squeue", "-h", "-r", "-o", "%i"});
        queued = std::count(listed.out.begin(), listed.out.end(), '\n');
        settle.send(SIGINT);
      });
  CHECK(queued == tasks);
  CHECK(told.code == 1);
  CHECK(told.status == "cancelled");
  CHECK(told.counts.at("failed") == static_cast<std::uint64_t>(tasks));
  WARN(tasks << " tasks were submitted after " << told.all_submitted << " s, and all were over "
             << told.over - told.all_submitted << " s later");
}

}  // namespace settle::live

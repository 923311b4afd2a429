// Tasks that another settle started: found, watched, cancelled, or decided not to run.
#include "tests/io/find_stage.hpp"

#include <chrono>
#include <filesystem>
#include <thread>
#include <tuple>
#include <vector>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;
using what = io::found_task::what;

namespace {

std::string until(const temporary_folder& folder, const std::string& name) {
  return "while ! test -e " + (folder / name) + "; do sleep 0.02; done; ";
}

}  // namespace

TEST_CASE("a task that still runs is found and watched to its exact end", "[io][local][find][fork]") {
  const temporary_folder folder;
  const std::vector<std::tuple<std::string, std::optional<int>, std::optional<int>>> kinds{
      {"exit 137", 137, {}},
      {"kill -9 $$", {}, SIGKILL},
      {"exec sh -c 'exit 143'", 143, {}},
      {"kill -15 $$", {}, SIGTERM},
      {"exit 0", 0, {}}};
  for (const auto& [ends, exit, signal] : kinds) {
    INFO(ends);
    auto job = job_in(folder, "job", until(folder, "go") + ends);
    leave(job);
    stage s;
    const auto one = look_for(s, job.place, true);
    const auto task = found(s, one);
    CHECK(task.is == what::runs);
    CHECK(task.pid == start_of(job).task);
    write_file(folder / "go", "");
    const auto how = end(s, one);
    CHECK(how.exit == exit);
    CHECK(how.signal == signal);
    CHECK(how.lost.empty());
    std::filesystem::remove(folder / "go");
  }
}

TEST_CASE("a task that ended while nobody looked is found with its end", "[io][local][find][fork]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "kill -9 $$");
  leave(job);
  REQUIRE(eventually([&] { return !read_file(record_of(job, ".end")).empty(); }));
  stage s;
  const auto task = found(s, look_for(s, job.place));
  CHECK(task.is == what::ended);
  CHECK(task.end.signal == SIGKILL);
  CHECK(task.pid == start_of(job).task);
}

TEST_CASE("a found task is cancelled with its whole group, and has ended by that",
          "[io][local][find][fork]") {
  const temporary_folder folder;
  auto job =
      job_in(folder, "job",
             "trap '' TERM; sleep 100 & echo $! > " + (folder / "child") + "; while :; do sleep 0.1; done");
  leave(job);
  const pid_t grandchild = pid_in_file(folder / "child");
  stage s;
  const auto one = look_for(s, job.place);
  (void)found(s, one);
  s.executor->cancel(job.place);
  const auto how = end(s, one);
  CHECK(how.cancelled);
  CHECK(how.signal == SIGKILL);
  CHECK(how.elapsed_ms >= 5000);
  CHECK(eventually([&] { return is_dead(grandchild); }));
}

TEST_CASE("a time limit goes on while nobody looks", "[io][local][find][fork]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "exec sleep 100");
  job.time_limit = 1s;
  leave(job);
  REQUIRE(eventually([&] { return !read_file(record_of(job, ".end")).empty(); }));
  stage s;
  const auto task = found(s, look_for(s, job.place));
  CHECK(task.is == what::ended);
  CHECK(task.end.timed_out);
}

TEST_CASE("TERM from somebody else ends a task, and nobody calls it cancelled", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job = job_in(folder, "job", "exec sleep 100");
  const auto one = s.begin(job);
  (void)s.pid(one);
  for (const int signal : {SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGUSR2, SIGTERM})
    ::kill(start_of(job).keeper.pid, signal);
  const auto how = s.end(one);
  CHECK(how.signal == SIGTERM);
  CHECK_FALSE(how.cancelled);
}

TEST_CASE("a task that never began is claimed, and a keeper that comes late does not run it",
          "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job = job_in(folder, "job", "echo ran");
  CHECK(found(s, look_for(s, job.place)).is == what::unrun);
  CHECK(found(s, look_for(s, job.place)).is == what::unrun);  // said again, after another kill
  const auto before = traces_now();
  const auto refused = s.refusal(s.begin(job));
  CHECK(refused.code == io::errc::unavailable);
  CHECK(refused.words.find("has decided that " + job.place.token + " does not run") != std::string::npos);
  s.settle();
  CHECK(eventually([&] { return traces_now().children == before.children; }));
  CHECK(read_file(job.output_file).empty());
  CHECK(read_file(record_of(job, ".start")) == "settle-unrun 1 token=" + job.place.token + "\n");
}

TEST_CASE("of many that decide at once one wins: run or not run, never both", "[io][local][find]") {
  const temporary_folder folder;
  const auto before = traces_now();
  stage starts, looks;
  int ran = 0, unrun = 0;
  for (int i = 0; i < 60; ++i) {
    auto job = job_in(folder, std::to_string(i), "echo ran");
    const auto one = starts.begin(job);
    std::this_thread::sleep_for(i * 150us);  // so that each has a chance; nothing is decided by it
    const auto other = look_for(looks, job.place);
    const auto task = found(looks, other);
    REQUIRE(eventually([&] { return starts.look([&] { return one->started.has_value(); }); }));
    if (task.is == what::unrun) {
      ++unrun;
      CHECK_FALSE(one->started->has_value());
      CHECK(read_file(job.output_file).empty());
    } else {
      ++ran;
      CHECK(starts.end(one).exit == 0);
      CHECK(read_file(job.output_file) == "ran\n");
    }
  }
  CHECK(eventually([&] { return traces_now().children == before.children; }));  // refused keepers too
  WARN(ran << " ran, " << unrun << " did not");
}

TEST_CASE("a task that is known to have run is never called unrun", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  const auto job = job_in(folder, "job", "true");
  const auto task = found(s, look_for(s, job.place, true));
  CHECK(task.is == what::ended);
  CHECK(task.end.lost == "there is no record of its start: whether it ran is not known");
  CHECK(read_file(record_of(job, ".start")).empty());
}

TEST_CASE("a task whose keeper was killed is lost, with what is known of it", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  SECTION("it still runs") {
    auto job = job_in(folder, "job", "exec sleep 100");
    const auto one = s.begin(job);
    const pid_t task = s.pid(one);
    ::kill(start_of(job).keeper.pid, SIGKILL);
    CHECK(s.end(one).lost.ends_with("its process " + std::to_string(task) +
                                    " still runs, and nobody waits for it"));
    ::kill(-task, SIGKILL);
  }
  SECTION("its children still run") {
    auto job = job_in(folder, "job", "sleep 100 & echo on; exec sleep 100");
    const auto one = s.begin(job);
    const pid_t task = s.pid(one);
    REQUIRE(eventually([&] { return read_file(folder / "job.out") == "on\n"; }));
    ::kill(start_of(job).keeper.pid, SIGSTOP);
    ::kill(task, SIGKILL);
    ::kill(start_of(job).keeper.pid, SIGKILL);
    CHECK(s.end(one).lost.find(std::to_string(task) + " still run") != std::string::npos);
    ::kill(-task, SIGKILL);
  }
  SECTION("nothing is left") {
    auto job = job_in(folder, "job", "exec sleep 100");
    const auto one = s.begin(job);
    const pid_t task = s.pid(one);
    ::kill(start_of(job).keeper.pid, SIGSTOP);
    ::kill(-task, SIGKILL);
    REQUIRE(eventually([&] { return is_dead(task); }));
    ::kill(start_of(job).keeper.pid, SIGKILL);
    CHECK(s.end(one).lost.ends_with("none of its processes is left"));
  }
}

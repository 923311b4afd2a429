// Tasks that another settle started: found, watched, cancelled, or decided not to run; and what their records say.
#include "tests/io/executor_stage.hpp"

#include "io/local/keeper_image.hpp"
#include "io/local/launch.hpp"
#include "io/local/task_record.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

struct search {
  std::optional<io::found_task> found;
  std::optional<io::local_end> ended;
};

std::shared_ptr<search> look_for(stage& s, const io::task_place& place, bool known_to_run = false) {
  auto one = std::make_shared<search>();
  s.executor->find(
      place, known_to_run,
      [&s, one](const io::found_task& task) {
        const std::lock_guard lock(s.mutex);
        one->found = task;
      },
      [&s, one](const io::local_end& end) {
        const std::lock_guard lock(s.mutex);
        one->ended = end;
      });
  return one;
}

io::found_task found(stage& s, const std::shared_ptr<search>& one) {
  REQUIRE(eventually([&] { return s.look([&] { return one->found.has_value(); }); }));
  return *one->found;
}

io::local_end end(stage& s, const std::shared_ptr<search>& one) {
  REQUIRE(eventually([&] { return s.look([&] { return one->ended.has_value(); }); }));
  return *one->ended;
}

std::string record_of(const io::local_job& job, const char* extension) {
  return job.place.records + "/" + job.place.token + extension;
}

/// Begins it in a program of its own, which is then killed: its keeper has no parent of ours.
void leave(const io::local_job& job) {
  const pid_t program = ::fork();
  REQUIRE(program >= 0);
  if (program == 0) {
    auto host = std::make_shared<io::io_host>();
    io::local_executor executor(host);
    executor.start(job, {}, {});
    for (;;)
      ::pause();
  }
  REQUIRE(eventually([&] { return !read_file(record_of(job, ".start")).empty(); }));
  ::kill(program, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(program, &status, 0) == program);
}

std::string until(const temporary_folder& folder, const std::string& name) {
  return "while ! test -e " + (folder / name) + "; do sleep 0.02; done; ";
}

io::local::start_record start_of(const io::local_job& job) {
  const auto start = io::local::read_start(job.place);
  REQUIRE(start);
  REQUIRE(*start);
  return **start;
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
  s.executor->cancel(found(s, one).pid);
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
  stage s;
  const auto one = look_for(s, job.place);
  (void)found(s, one);
  CHECK(end(s, one).timed_out);
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
  CHECK(ran + unrun == 60);
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

TEST_CASE("a reused pid is no keeper", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  const auto job = job_in(folder, "job", "true");
  auto me = io::this_process();
  me.start += 1;  // our number, of another process
  write_file(record_of(job, ".start"),
             "settle-start 1 token=" + job.place.token + " " + io::local::facts_of(me) +
                 " keeper=" + std::to_string(me.pid) + " keeper_start=" + std::to_string(me.start) +
                 " task=" + std::to_string(me.pid) + " task_start=" + std::to_string(me.start) + "\n");
  const auto task = found(s, look_for(s, job.place, true));
  CHECK(task.is == what::ended);
  CHECK(task.end.lost.ends_with("none of its processes is left"));
}

TEST_CASE("another boot, another machine", "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job = job_in(folder, "job", "exit 5");
  auto then = io::this_process();
  REQUIRE_FALSE(then.machine.empty());
  then.boot = "00000000-0000-0000-0000-000000000000";
  const auto write_start = [&](const io::lease_owner& who) {
    write_file(record_of(job, ".start"), "settle-start 1 token=" + job.place.token + " " +
                                             io::local::facts_of(who) +
                                             " keeper=1 keeper_start=1 task=1 task_start=1\n");
  };
  SECTION("what ran when the machine stopped is lost") {
    write_start(then);
    CHECK(io::can_find(job.place));
    CHECK(found(s, look_for(s, job.place)).end.lost ==
          "the machine was restarted while it ran: how it ended is not known");
  }
  SECTION("what may have begun under an earlier boot is not run again") {
    REQUIRE(io::local::note_boot(job.place.records, then));
    CHECK(io::can_find(job.place));
    const auto task = found(s, look_for(s, job.place));
    CHECK(task.is == what::ended);
    CHECK(task.end.lost.find("whether it ran is not known") != std::string::npos);
  }
  SECTION("a boot that is noted twice is one, and ours proves that nothing began") {
    REQUIRE(io::local::note_boot(job.place.records, io::this_process()));
    REQUIRE(io::local::note_boot(job.place.records, io::this_process()));
    CHECK(found(s, look_for(s, job.place)).is == what::unrun);
  }
  SECTION("another machine's is refused, and waited for") {
    then.host = "elsewhere";
    write_start(then);
    const auto refused = io::can_find(job.place);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == io::errc::unavailable);
    CHECK(refused.error().words.starts_with("it was started on elsewhere, which is not this machine"));
    const auto one = look_for(s, job.place);
    s.settle();
    CHECK_FALSE(s.look([&] { return one->found.has_value(); }));
    write_file(record_of(job, ".end"), "settle-end 1 token=" + job.place.token +
                                           " exit=5 signal=0 core=0 timed_out=0 cancelled=0 start=1 end=2"
                                           " elapsed_ms=3 cpu_ms=4 max_rss_kib=5\n");
    CHECK(io::can_find(job.place));
    CHECK(found(s, one).end.exit == 5);
  }
  SECTION("what another machine may be about to begin is refused") {
    then.host = "elsewhere";
    REQUIRE(io::local::note_boot(job.place.records, then));
    CHECK(io::can_find(job.place).error().words.starts_with("tasks of its run were started on another host"));
  }
}

TEST_CASE("a record that is cut, or of another task, is no record", "[io][local][find]") {
  const std::string end = "settle-end 1 token=t exit=5 signal=0 core=0 timed_out=0 cancelled=1 start=1 end=2"
                          " elapsed_ms=3 cpu_ms=4 max_rss_kib=5\n";
  const auto read = io::local::parse_end(end, "t");
  REQUIRE(read);
  CHECK(read->exit == 5);
  CHECK(read->cancelled);
  CHECK(read->max_rss_bytes == 5 * 1024);
  for (std::size_t i = 0; i < end.size(); ++i)
    CHECK_FALSE(io::local::parse_end(end.substr(0, i), "t"));
  CHECK_FALSE(io::local::parse_end(end, "u"));
  CHECK_FALSE(io::local::parse_end(end, ""));
  auto both = end;
  both.replace(both.find("signal=0"), 8, "signal=9");
  CHECK_FALSE(io::local::parse_end(both, "t"));
  const std::string start = "settle-start 1 token=t host=h machine= boot=b pid_space= keeper=2 keeper_start=3"
                            " task=4 task_start=5\n";
  const auto begun = io::local::parse_start(start, "t");
  REQUIRE(begun);
  CHECK(begun->keeper.machine.empty());
  CHECK(begun->task == 4);
  for (std::size_t i = 0; i < start.size(); ++i)
    CHECK_FALSE(io::local::parse_start(start.substr(0, i), "t"));
}

TEST_CASE("a record that cannot be written waits for its disk, and the task's end with it",
          "[io][local][find]") {
  const temporary_folder folder;
  stage s;
  auto job = job_in(folder, "job", until(folder, "go") + "exit 6");
  const auto one = s.begin(job);
  (void)s.pid(one);
  const std::string in_the_way = job.place.records + "/." + job.place.token + ".ending";
  std::filesystem::create_directory(in_the_way);  // no file can be made under that name
  std::filesystem::create_directory(in_the_way + "/full");
  write_file(folder / "go", "");
  REQUIRE(eventually([&] { return is_dead(start_of(job).task); }));
  s.settle();
  CHECK_FALSE(s.look([&] { return one->ended.has_value(); }));
  std::filesystem::remove_all(in_the_way);
  CHECK(s.end(one).exit == 6);
}

TEST_CASE("the keeper's program runs from a file too, where none may from memory", "[io][local][find]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "echo fine");
  for (int again = 0; again < 2; ++again) {
    auto program = io::local::open_keeper_in(job.place.records);
    REQUIRE(program);
    job.place.token += "x";
    auto begun = io::local::launch(job, io::local::facts_of(io::this_process()), program->get());
    REQUIRE(begun);
    REQUIRE(eventually([&] { return !read_file(record_of(job, ".end")).empty(); }));
    CHECK(::waitpid(begun->keeper.pid, nullptr, 0) == begun->keeper.pid);
    CHECK(read_file(job.output_file) == "fine\n");
  }
  CHECK(read_file(job.place.records + "/settle-keeper") == io::local::keeper_image());
}

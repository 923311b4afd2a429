// How a job is brought to its end, and what outlives whom: job, executor, host, program.
#include "tests/io/executor_stage.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <vector>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;
using io::local_end;

TEST_CASE("a job past its time limit gets TERM and is timed out", "[io][local]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "echo begun; exec sleep 100");
  job.time_limit = 3s;
  stage s;
  const auto end = s.end(s.begin(job));
  CHECK(end.timed_out);
  CHECK_FALSE(end.cancelled);
  CHECK(end.signal == SIGTERM);
  CHECK(end.elapsed_ms >= 3000);
  CHECK(end.elapsed_ms < 50'000);
  CHECK(read_file(job.output_file) == "begun\n");
  auto quick = job_in(folder, "quick", "exit 2");
  quick.time_limit = std::chrono::seconds::max();
  const auto in_time = s.end(s.begin(quick));
  CHECK(in_time.exit == 2);
  CHECK_FALSE(in_time.timed_out);
}

TEST_CASE("a job that ignores TERM gets KILL after 5 s", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto one = s.begin(job_in(folder, "job", "trap '' TERM; echo $$; while :; do sleep 0.1; done"));
  (void)pid_in_file(folder / "job.out");
  s.cancel(one);
  const auto end = s.end(one);
  CHECK(end.cancelled);
  CHECK_FALSE(end.timed_out);
  CHECK(end.signal == SIGKILL);
  CHECK(end.elapsed_ms >= 5000);
  CHECK(end.elapsed_ms < 50'000);
}

TEST_CASE("a cancelled job ends with its whole group, soon, with its own words", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto one = s.begin(
      job_in(folder, "job",
             "sleep 100 & echo $! > " + (folder / "child") + "; trap 'echo saved; exit 9' TERM; wait"));
  const pid_t grandchild = pid_in_file(folder / "child");
  s.cancel(one);
  s.cancel(one);
  s.executor->cancel({folder / "exits", "unknown"});
  const auto end = s.end(one);
  CHECK(end.cancelled);
  CHECK(end.exit == 9);
  CHECK(is_dead(grandchild));
  CHECK(read_file(folder / "job.out") == "saved\n");
  CHECK(one->calls == 2);
}

TEST_CASE("what a shell ran keeps its grace when the shell dies of TERM at once", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const std::string saving = "sh -c 'trap \"sleep 0.7; echo checkpoint; exit 0\" TERM; echo $$ > " +
                             (folder / "child") + "; while :; do sleep 0.05; done'; true";
  const auto one = s.begin(job_in(folder, "job", saving));
  const pid_t program = pid_in_file(folder / "child");
  REQUIRE(program != s.pid(one));
  s.cancel(one);
  const auto end = s.end(one);
  CHECK(end.signal == SIGTERM);
  CHECK(read_file(folder / "job.out") == "checkpoint\n");
  CHECK(is_dead(program));
}

TEST_CASE("a group member that ignores TERM is killed although its leader is long dead", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto begun = std::chrono::steady_clock::now();
  const auto one = s.begin(
      job_in(folder, "job",
             "(trap '' TERM; exec sleep 100) & echo $! > " + (folder / "child") + "; exec sleep 100"));
  const pid_t stubborn = pid_in_file(folder / "child");
  REQUIRE(eventually([&] { return read_file("/proc/" + std::to_string(stubborn) + "/comm") == "sleep\n"; }));
  const pid_t leader = s.pid(one);
  s.cancel(one);
  const auto end = s.end(one);
  const std::chrono::duration<double, std::milli> told = std::chrono::steady_clock::now() - begun;
  CHECK(end.signal == SIGTERM);
  CHECK(static_cast<double>(end.elapsed_ms) <
        told.count() - 1000);  // the job's own end, not that of what it left
  CHECK(eventually([&] { return is_dead(stubborn); }));
  CHECK(process_state(leader) == '\0');
}

TEST_CASE("what a job leaves running on purpose is left alone", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto one = s.begin(job_in(folder, "job", "sleep 100 & echo $!"));
  CHECK(s.end(one).exit == 0);
  const pid_t left = pid_in_file(folder / "job.out");
  CHECK_FALSE(is_dead(left));
  s.cancel(one);  // ended: nothing may be signalled under that number
  s.settle();
  CHECK_FALSE(is_dead(left));
  ::kill(left, SIGKILL);
}

TEST_CASE("many cancelled at once end soon", "[io][local]") {
  const temporary_folder folder;
  stage s;
  (void)s.end(s.begin(job_in(folder, "warm", "true")));
  const auto before = traces_now();
  std::vector<std::shared_ptr<story>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(s.begin(job_in(folder, std::to_string(i), "sleep 100; true")));
  for (const auto& one : all)
    s.cancel(one);
  int cancelled = 0;
  for (const auto& one : all)
    cancelled += s.end(one).cancelled && one->ended->signal == SIGTERM;
  CHECK(cancelled == 100);
  s.settle();
  CHECK(traces_now() == before);
}

TEST_CASE("a cancel that comes as soon as the pid is told is not lost", "[io][local]") {
  const temporary_folder folder;
  stage s;
  for (int i = 0; i < 30; ++i) {
    const auto one = std::make_shared<story>();
    const auto job = job_in(folder, "job", "exec sleep 100");
    s.executor->start(
        job, [&](const io::result<std::int32_t>&) { s.executor->cancel(job.place); },
        [&, one](const local_end& end) {
          const std::lock_guard lock(s.mutex);
          one->ended = end;
        });
    const auto end = s.end(one);
    CHECK(end.cancelled);
    CHECK(end.signal == SIGTERM);
    CHECK(end.elapsed_ms < 50'000);
  }
}

TEST_CASE("a destroyed executor calls nobody, leaves jobs running, and they are still reaped",
          "[io][local]") {
  const temporary_folder folder;
  const auto before = traces_now();
  {
    stage s;
    auto job =
        job_in(folder, "job", "while ! test -e " + (folder / "go") + "; do sleep 0.02; done; echo done");
    const auto one = s.begin(job);
    const pid_t pid = s.pid(one);
    s.executor.reset();
    CHECK_FALSE(is_dead(pid));
    write_file(folder / "go", "");
    CHECK(eventually([&] { return process_state(pid) == '\0'; }));
    CHECK(eventually([&] { return traces_now().children == before.children; }));
    s.settle();
    CHECK(one->calls == 1);
    CHECK(read_file(folder / "job.out") == "done\n");
  }
  CHECK(traces_now() == before);
}

TEST_CASE("a time limit outlives the executor that was told of it", "[io][local]") {
  const temporary_folder folder;
  const auto before = traces_now();
  stage s;
  auto job = job_in(folder, "job", "exec sleep 100");
  job.time_limit = 1s;
  const std::string record = folder / ("exits/" + job.place.token + ".end");
  const pid_t pid = s.pid(s.begin(job));
  s.executor.reset();
  CHECK(eventually([&] { return process_state(pid) == '\0'; }));
  CHECK(eventually([&] { return read_file(record).find("timed_out=1") != std::string::npos; }));
  CHECK(eventually([&] { return traces_now().children == before.children; }));  // its keeper too
}

TEST_CASE("a cancel just before the executor goes is still carried out", "[io][local]") {
  const temporary_folder folder;
  const auto before = traces_now();
  stage s;
  const auto one = s.begin(job_in(folder, "job", "exec sleep 100"));
  const pid_t pid = s.pid(one);
  s.cancel(one);
  s.executor.reset();
  CHECK(eventually([&] { return process_state(pid) == '\0'; }));
  CHECK(one->calls == 1);
  CHECK(eventually([&] { return traces_now().children == before.children; }));  // its keeper too
}

TEST_CASE("a callback may destroy its executor", "[io][local]") {
  const temporary_folder folder;
  auto host = std::make_shared<io::io_host>();
  auto executor = std::make_unique<io::local_executor>(host);
  std::atomic<bool> gone{false};
  executor->start(job_in(folder, "job", "true"), {}, [&](const local_end&) {
    executor.reset();
    gone = true;
  });
  CHECK(eventually([&] { return gone.load(); }));
}

TEST_CASE("a job outlives the program that started it, whole, and is not its io thread's child to kill",
          "[io][local][fork]") {
  const temporary_folder folder;
  const pid_t program = ::fork();
  REQUIRE(program >= 0);
  if (program == 0) {
    auto host = std::make_shared<io::io_host>();
    io::local_executor executor(host);
    auto job = job_in(folder, "job",
                      "echo $$ > " + (folder / "pid") + "; while ! test -e " + (folder / "go") +
                          "; do sleep 0.02; done; echo survived");
    job.time_limit = 100s;
    executor.start(std::move(job), {}, {});
    for (;;)
      ::pause();
  }
  const pid_t pid = pid_in_file(folder / "pid");
  ::kill(program, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(program, &status, 0) == program);
  CHECK_FALSE(is_dead(pid));
  write_file(folder / "go", "");
  CHECK(eventually([&] { return read_file(folder / "job.out") == "survived\n"; }));
}

TEST_CASE("a host destroyed with running jobs leaves them, and no descriptor", "[io][local]") {
  const temporary_folder folder;
  const auto before = traces_now();
  pid_t pid = 0, cancelled = 0;
  std::vector<pid_t> keepers;
  {
    stage s;
    const auto plain = s.begin(job_in(folder, "job", "exec sleep 100"));
    pid = s.pid(plain);
    const auto stubborn =
        s.begin(job_in(folder, "stubborn", "trap '' TERM; echo on; while :; do sleep 0.1; done"));
    cancelled = s.pid(stubborn);
    REQUIRE(eventually([&] { return read_file(folder / "stubborn.out") == "on\n"; }));
    s.cancel(stubborn);
    s.settle();
    keepers = {start_at(plain->place).keeper.pid, start_at(stubborn->place).keeper.pid};
  }
  CHECK_FALSE(is_dead(pid));
  CHECK(traces_now().descriptors == before.descriptors);
  for (const pid_t left : {pid, cancelled})
    ::kill(-left, SIGKILL);
  for (const pid_t keeper : keepers)
    CHECK(::waitpid(keeper, nullptr, 0) == keeper);
  CHECK(traces_now() == before);
}

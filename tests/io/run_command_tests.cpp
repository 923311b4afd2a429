// How a command is started, what it sees of us, and how its end is told.
#include "tests/io/witness.hpp"

#include "io/spawn.hpp"

#include <asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;

namespace {

io::command plain(std::vector<std::string> argv) {
  io::command what;
  what.argv = std::move(argv);
  what.environment = {"PATH=/usr/bin:/bin"};
  return what;
}

}  // namespace

TEST_CASE("an exit code is told exactly", "[io][run_command]") {
  for (const int code : {0, 1, 3, 125, 126, 127, 128, 137, 139, 255}) {
    const auto r = run(shell("exit " + std::to_string(code)));
    INFO("exit " << code);
    CHECK(r.spawn_errno == 0);
    CHECK(r.end.exit == code);
    CHECK_FALSE(r.end.signal.has_value());
    CHECK_FALSE((r.timed_out || r.cancelled || r.truncated || r.lingered));
  }
}

TEST_CASE("a signal is told as a signal and never as an exit code", "[io][run_command]") {
  for (const int signal : {SIGSEGV, SIGKILL, SIGTERM, SIGABRT, SIGPIPE}) {
    const auto r = run(shell("kill -" + std::to_string(signal) + " $$"));
    INFO("signal " << signal);
    CHECK(r.end.signal == signal);
    CHECK_FALSE(r.end.exit.has_value());
    CHECK_FALSE((r.timed_out || r.cancelled));
  }
}

TEST_CASE("a program that does not exist is a spawn error and leaves nothing behind", "[io][run_command]") {
  asio::io_context context(1);
  (void)run_on(context, plain({"true"}));
  const auto before = traces_now();
  for (const char* name : {"/no/such/program", "no-such-program", "/etc/passwd/below-a-file", ""}) {
    const auto r = run_on(context, plain({name}));
    INFO(name);
    CHECK(r.spawn_errno == (std::string(name).find("below") != std::string::npos ? ENOTDIR : ENOENT));
    CHECK_FALSE(r.end.exit.has_value());
    CHECK(r.pid == 0);
  }
  CHECK(traces_now() == before);
}

TEST_CASE("a program that may not be executed is EACCES, one without an interpreter ENOEXEC or ENOENT",
          "[io][run_command]") {
  const temporary_folder folder;
  write_file(folder / "plain", "#!/bin/sh\n");
  CHECK(run(plain({folder / "plain"})).spawn_errno == EACCES);
  CHECK(run(plain({folder.path()})).spawn_errno == EACCES);
  ::chmod((folder / "plain").c_str(), 0755);
  CHECK(run(plain({folder / "plain"})).end.exit == 0);
  write_file(folder / "text", "no shebang\n");
  ::chmod((folder / "text").c_str(), 0755);
  CHECK(run(plain({folder / "text"})).spawn_errno == ENOEXEC);
  write_file(folder / "lost", "#!/no/such/interpreter\n");
  ::chmod((folder / "lost").c_str(), 0755);
  CHECK(run(plain({folder / "lost"})).spawn_errno == ENOENT);
}

TEST_CASE("the program is looked up on the PATH of the given environment, first hit that runs",
          "[io][run_command]") {
  const temporary_folder folder;
  std::filesystem::create_directories(folder / "a");
  std::filesystem::create_directories(folder / "b");
  write_file(folder / "a/squeue-of-this-test", "#!/bin/sh\necho a\n");  // not executable
  write_file(folder / "b/squeue-of-this-test", "#!/bin/sh\necho b\n");
  ::chmod((folder / "b/squeue-of-this-test").c_str(), 0755);
  auto what = plain({"squeue-of-this-test"});
  CHECK(run(what).spawn_errno == ENOENT);
  what.environment = {"A=1", "PATH=/no/such:" + (folder / "a") + ":" + (folder / "b")};
  CHECK(run(what).out == "b\n");
  what.environment = {"PATH=" + (folder / "a") + ":/no/such"};
  CHECK(run(what).spawn_errno == EACCES);
  what = plain({"true"});
  what.environment.clear();  // no PATH: the system's own
  CHECK(run(what).end.exit == 0);
}

TEST_CASE("the environment is the given one and nothing is inherited", "[io][run_command]") {
  REQUIRE(::setenv("SETTLE_TEST_SECRET", "1", 1) == 0);
  auto what = plain({"env"});
  what.environment = {"PATH=/usr/bin:/bin", "B=x y=z", "A="};
  const auto r = run(what);
  ::unsetenv("SETTLE_TEST_SECRET");
  CHECK(r.out == "PATH=/usr/bin:/bin\nB=x y=z\nA=\n");
}

TEST_CASE("arguments arrive byte for byte; a NUL in one is refused, not cut", "[io][run_command]") {
  CHECK(run(plain({"printf", "%s|", "a b", "", "$HOME", "\n'\"\\", "\xff\xfe"})).out ==
        "a b||$HOME|\n'\"\\|\xff\xfe|");
  CHECK(run(plain({"echo", std::string("a\0b", 3)})).spawn_errno == EINVAL);
  CHECK(run(plain({"echo", std::string(4u << 20, 'x')})).spawn_errno == E2BIG);
}

TEST_CASE("stdin is the input, whole and with an end, or empty", "[io][run_command]") {
  auto what = plain({"cat"});
  CHECK(run(what).out.empty());
  what.input = std::string(3'000'000, 'x') + "end";
  const auto r = run(what);
  CHECK(r.end.exit == 0);
  CHECK(r.out == what.input);
  what.argv = {"true"};  // does not read it: nobody hangs, nobody gets SIGPIPE
  CHECK(run(what).end.exit == 0);
}

TEST_CASE("the child has descriptors 0, 1 and 2 and no other", "[io][run_command]") {
  const int leaky = ::open("/dev/null", O_RDONLY);  // as a host without close-on-exec would have
  const int high = ::fcntl(leaky, F_DUPFD, 200);
  REQUIRE(high >= 200);
  const auto r = run(plain({"ls", "/proc/self/fd"}));
  ::close(leaky);
  ::close(high);
  CHECK(r.out == "0\n1\n2\n3\n");  // 3 is ls's own, of the folder
}

TEST_CASE("the child's pipes are right even where we have no 0, 1 and 2 ourselves",
          "[io][run_command][fork]") {
  const int answer = in_fork([] {
    ::close(0);
    ::close(1);
    ::close(2);
    asio::io_context context(1);
    auto what = shell("cat; echo error >&2; exit 5");
    what.input = "text";
    io::command_result r;
    asio::co_spawn(context, io::run_command(what),
                   [&](std::exception_ptr, io::command_result got) { r = std::move(got); });
    context.run();
    return r.end.exit == 5 && r.out == "text" && r.err == "error\n" ? 0 : 1;
  });
  CHECK(answer == 0);
}

TEST_CASE("the child leads its own process group, with no signal blocked or ignored", "[io][run_command]") {
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const auto old_int = ::signal(SIGINT, SIG_IGN);
  sigset_t some, before;
  sigemptyset(&some);
  sigaddset(&some, SIGUSR1);
  sigaddset(&some, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &some, &before);
  const auto r = run(plain({"cat", "/proc/self/status", "/proc/self/stat"}));
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, &before, &after);
  CHECK(::signal(SIGPIPE, old) == SIG_IGN);  // ours are as they were
  CHECK(::signal(SIGINT, old_int) == SIG_IGN);
  CHECK(sigismember(&after, SIGUSR1) == 1);
  CHECK(sigismember(&after, SIGUSR2) == 0);
  CHECK(r.out.find("SigBlk:\t0000000000000000") != std::string::npos);
  CHECK(r.out.find("SigIgn:\t0000000000000000") != std::string::npos);
  const std::string pid = std::to_string(r.pid);
  CHECK(r.out.find(pid + " (cat) R " + std::to_string(::getpid()) + " " + pid + " ") != std::string::npos);
}

TEST_CASE("handlers of the hosting program are not run in the child", "[io][run_command]") {
  static volatile sig_atomic_t ran = 0;
  const auto old = ::signal(SIGUSR1, [](int) { ran = 1; });
  const auto r = run(shell("kill -USR1 $$"));
  ::signal(SIGUSR1, old);
  CHECK(r.end.signal == SIGUSR1);
  CHECK(ran == 0);
}

TEST_CASE("many commands at once all end, without a descriptor or zombie left", "[io][run_command]") {
  asio::io_context context(1);
  (void)run_on(context, shell("true"));
  const auto before = traces_now();
  int right = 0;
  for (int i = 0; i < 120; ++i)
    asio::co_spawn(context,
                   io::run_command(shell("echo " + std::to_string(i) + "; exit " + std::to_string(i))),
                   [&right, i](std::exception_ptr e, const io::command_result& r) {
                     right += !e && r.end.exit == i && r.out == std::to_string(i) + "\n";
                   });
  context.restart();
  context.run();
  CHECK(right == 120);
  CHECK(traces_now() == before);
}

TEST_CASE("without descriptors a command fails with EMFILE and leaks none", "[io][run_command]") {
  asio::io_context context(1);
  (void)run_on(context, shell("true"));
  const auto before = traces_now();
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  for (rlim_t spare = 0; spare < 7; ++spare) {
    const int lowest = ::dup(0);
    ::close(lowest);
    const rlimit tight{static_cast<rlim_t>(lowest) + spare, old.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    const auto r = run_on(context, shell("exit 9"));
    ::setrlimit(RLIMIT_NOFILE, &old);
    INFO("room for " << spare);
    CHECK((r.spawn_errno == EMFILE || r.end.exit == 9));
    CHECK((spare > 0 || r.spawn_errno == EMFILE));
  }
  CHECK(traces_now() == before);
}

TEST_CASE("where the host has every child reaped for it, an end is unknown, not success",
          "[io][run_command][fork]") {
  const int answer = in_fork([] {
    ::signal(SIGCHLD, SIG_IGN);
    asio::io_context context(1);
    io::command_result r;
    asio::co_spawn(context, io::run_command(shell("echo text")),
                   [&](std::exception_ptr, io::command_result got) { r = std::move(got); });
    context.run();
    return !r.end.exit && !r.end.signal && r.out == "text\n" && r.spawn_errno == 0 && !r.timed_out ? 0 : 1;
  });
  CHECK(answer == 0);
}

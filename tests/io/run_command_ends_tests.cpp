// How a command is brought to its end: deadline, TERM and KILL, held pipes, cancellation, and our own death.
#include "tests/io/witness.hpp"

#include "io/io_host.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;

namespace {

/// Runs `what` and cancels it once `when` holds.
io::command_result run_and_cancel(asio::io_context& context, io::command what,
                                  const std::function<bool()>& when) {
  asio::cancellation_signal signal;
  io::command_result result;
  bool done = false, escaped = false;
  asio::co_spawn(context, io::run_command(std::move(what)),
                 asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr e, io::command_result r) {
                   escaped = e != nullptr;
                   result = std::move(r);
                   done = true;
                 }));
  REQUIRE(eventually([&] {
    context.poll();
    return when();
  }));
  signal.emit(asio::cancellation_type::terminal);
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!done && std::chrono::steady_clock::now() < until)
    context.run_one_for(100ms);
  REQUIRE(done);
  REQUIRE_FALSE(escaped);
  return result;
}

io::command_result run_and_cancel(io::command what, const std::function<bool()>& when) {
  asio::io_context context(1);
  return run_and_cancel(context, std::move(what), when);
}

/// Runs it with a deadline that lets it get as far as its first line of output, however slow the machine is.
io::command_result run_past_deadline(io::command what) {
  for (what.deadline = 200ms;; what.deadline *= 2) {
    auto r = run(what);
    if (r.out.find('\n') == std::string::npos && what.deadline < 10s)
      continue;
    CHECK(r.timed_out);
    CHECK_FALSE(r.cancelled);
    CHECK(r.elapsed >= what.deadline);
    return r;
  }
}

pid_t pid_in(const std::string& text) {
  return static_cast<pid_t>(std::stol(text));
}

}  // namespace

TEST_CASE("a command past its deadline gets TERM, keeps its output and says so", "[io][run_command]") {
  const auto r = run_past_deadline(shell("echo part; exec sleep 100"));
  CHECK(r.end.signal == SIGTERM);
  CHECK(r.out == "part\n");
  CHECK(r.elapsed < 50s);
}

TEST_CASE("a command that handles TERM ends with its own code and is still timed out", "[io][run_command]") {
  auto what = shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  what.term_grace = 60s;
  const auto r = run_past_deadline(what);
  CHECK(r.end.exit == 0);
  CHECK(r.out == "ready\nbye\n");
}

TEST_CASE("a command that ignores TERM gets KILL after the grace", "[io][run_command]") {
  auto what = shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  what.term_grace = 300ms;
  const auto r = run_past_deadline(what);
  CHECK(r.end.signal == SIGKILL);
  CHECK(r.elapsed >= 500ms);
  CHECK(r.elapsed < 50s);
}

TEST_CASE("a stopped command is ended too", "[io][run_command]") {
  auto what = shell("echo ready; kill -STOP $$; sleep 100");
  what.term_grace = 60s;  // TERM must do: it is continued to hear it
  const auto r = run_past_deadline(what);
  CHECK(r.end.signal == SIGTERM);
  CHECK(r.elapsed < 50s);
}

TEST_CASE("a command whose output never ends is ended at its deadline", "[io][run_command]") {
  auto what = shell("exec yes");
  what.output_bytes_max = 1000;
  const auto r = run_past_deadline(what);
  CHECK(r.truncated);
  CHECK(r.out.size() == 1000);
  CHECK(r.out_bytes > 1000);
  CHECK(r.end.signal.has_value());
  CHECK(r.elapsed < 50s);
}

TEST_CASE("a command that closes its pipes and hangs is ended at its deadline", "[io][run_command]") {
  auto what = shell("exec sleep 100 >&- 2>&-");
  what.deadline = 200ms;
  const auto r = run(what);
  CHECK(r.timed_out);
  CHECK(r.end.signal == SIGTERM);
  CHECK_FALSE(r.lingered);
}

TEST_CASE("a grandchild that holds the pipes delays the result by the linger only", "[io][run_command]") {
  asio::io_context context(1);
  (void)run_on(context, shell("true"));
  const auto before = traces_now();
  auto what = shell("sleep 100 & echo $!; exit 4");
  what.pipe_linger = 200ms;
  const auto r = run_on(context, what);
  CHECK(r.lingered);
  CHECK_FALSE(r.timed_out);
  CHECK(r.end.exit == 4);
  CHECK(r.elapsed >= 200ms);
  CHECK(r.elapsed < 50s);
  CHECK(eventually([&] { return is_dead(pid_in(r.out)); }));  // and it goes with its group
  CHECK(traces_now() == before);
}

TEST_CASE("output of a grandchild within the linger is kept", "[io][run_command]") {
  auto what = shell("(sleep 0.1; echo late) & exit 0");
  what.pipe_linger = 60s;
  const auto r = run(what);
  CHECK_FALSE(r.lingered);
  CHECK(r.out == "late\n");
  CHECK(r.elapsed < 50s);
}

TEST_CASE("the deadline ends the whole group", "[io][run_command]") {
  auto what = shell("trap '' TERM; sleep 100 & echo $!; exec sleep 100");
  what.term_grace = 100ms;
  what.pipe_linger = 100ms;
  const auto r = run_past_deadline(what);
  CHECK(eventually([&] { return is_dead(pid_in(r.out)); }));
}

TEST_CASE("a cancelled command is ended and its result returned", "[io][run_command]") {
  const temporary_folder folder;
  const auto r = run_and_cancel(shell("echo begun; touch " + (folder / "begun") + "; exec sleep 100"),
                                [&] { return ::access((folder / "begun").c_str(), F_OK) == 0; });
  CHECK(r.cancelled);
  CHECK_FALSE(r.timed_out);
  CHECK(r.end.signal == SIGTERM);
  CHECK(r.out == "begun\n");
}

TEST_CASE("a cancelled command that ignores TERM is killed after the grace", "[io][run_command]") {
  const temporary_folder folder;
  auto what = shell("trap '' TERM; touch " + (folder / "begun") + "; while :; do sleep 0.05; done");
  what.term_grace = 200ms;
  const auto r = run_and_cancel(what, [&] { return ::access((folder / "begun").c_str(), F_OK) == 0; });
  CHECK(r.cancelled);
  CHECK_FALSE(r.timed_out);
  CHECK(r.end.signal == SIGKILL);
}

TEST_CASE("cancelling after the exit does not make a command cancelled", "[io][run_command]") {
  const temporary_folder folder;
  pid_t leader = 0;
  auto what = shell("echo $$ > " + (folder / "pid.new") + "; mv " + (folder / "pid.new") + " " +
                    (folder / "pid") + "; sleep 100 & exit 6");
  what.pipe_linger = 5s;
  const auto r = run_and_cancel(what, [&] {
    const std::string text = read_file(folder / "pid");
    leader = text.empty() ? 0 : pid_in(text);
    return leader != 0 && is_dead(leader);
  });
  CHECK(r.end.exit == 6);
  CHECK(r.lingered);
  CHECK_FALSE(r.cancelled);
}

TEST_CASE("after a cancelled command its caller still sees that it was cancelled", "[io][run_command]") {
  asio::io_context context(1);
  asio::cancellation_signal signal;
  bool cancelled = false, threw = false, went_on = false;
  auto caller = [&]() -> asio::awaitable<void> {
    auto what = shell("exec sleep 100");
    const auto r = co_await io::run_command(std::move(what));
    cancelled = r.cancelled;
    asio::steady_timer timer(context, 1ms);
    try {
      co_await timer.async_wait(asio::use_awaitable);
      went_on = true;
    } catch (const std::system_error&) {
      threw = true;
    }
  };
  asio::co_spawn(context, caller, asio::bind_cancellation_slot(signal.slot(), asio::detached));
  asio::steady_timer soon(context, 100ms);
  soon.async_wait([&](const asio::error_code&) { signal.emit(asio::cancellation_type::terminal); });
  context.run_for(60s);
  CHECK(cancelled);
  CHECK(threw);
  CHECK_FALSE(went_on);
}

TEST_CASE("an io_context destroyed with a running command leaves no process and no descriptor",
          "[io][run_command]") {
  const temporary_folder folder;
  const auto before = traces_now();
  {
    asio::io_context context(1);
    asio::co_spawn(
        context, io::run_command(shell("trap '' TERM; sleep 100 & echo $! > " + (folder / "pid") + "; wait")),
        asio::detached);
    REQUIRE(eventually([&] {
      context.poll();
      return read_file(folder / "pid").ends_with('\n');
    }));
  }
  CHECK(traces_now() == before);
  CHECK(eventually([&] { return is_dead(pid_in(read_file(folder / "pid"))); }));
}

TEST_CASE("a command that outlives even KILL is given up, and reaped when it ends at last",
          "[io][run_command][fork]") {
  const temporary_folder folder;
  int let_go[2];
  REQUIRE(::pipe2(let_go, O_CLOEXEC) == 0);
  // A process that traces it stands for a kernel that does not let it go: its death is not shown to us.
  const pid_t tracer = ::fork();
  REQUIRE(tracer >= 0);
  if (tracer == 0) {
    ::close(let_go[1]);
    const bool begun = eventually([&] { return !read_file(folder / "pid").empty(); });
    const pid_t victim = begun ? pid_in(read_file(folder / "pid")) : 0;
    if (!begun || ::ptrace(PTRACE_SEIZE, victim, nullptr, nullptr) != 0)
      ::_exit(1);
    ::close(::open((folder / "traced").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    int status = 0;  // TERM stops it, and is not passed on; KILL needs no leave
    if (::waitpid(victim, &status, WUNTRACED) == victim && WIFSTOPPED(status))
      ::ptrace(PTRACE_CONT, victim, nullptr, nullptr);
    char byte = 0;
    (void)!::read(let_go[0], &byte, 1);
    ::_exit(0);
  }
  ::close(let_go[0]);
  auto what = shell("echo $$ > " + (folder / "pid.new") + "; mv " + (folder / "pid.new") + " " +
                    (folder / "pid") + "; exec sleep 100");
  what.term_grace = 100ms;
  asio::io_context context(1);
  const auto r =
      run_and_cancel(context, what, [&] { return ::access((folder / "traced").c_str(), F_OK) == 0; });
  CHECK(r.cancelled);
  CHECK_FALSE(r.end.exit.has_value());
  CHECK_FALSE(r.end.signal.has_value());
  ::close(let_go[1]);
  int status = 0;
  REQUIRE(::waitpid(tracer, &status, 0) == tracer);
  CHECK(status == 0);
  context.run_for(60s);  // ends by itself once it was reaped
  CHECK(context.stopped());
  CHECK(process_state(r.pid) == '\0');
}

TEST_CASE("a command dies with the process that runs it, even by KILL", "[io][run_command][fork]") {
  const temporary_folder folder;
  const pid_t supervisor = ::fork();
  REQUIRE(supervisor >= 0);
  if (supervisor == 0) {
    io::io_host host;
    const std::string text = "echo $$ > " + (folder / "new") + "; mv " + (folder / "new") + " " +
                             (folder / "pid") + "; trap '' TERM HUP INT; exec sleep 300";
    auto make = [text]() -> asio::awaitable<void> {
      auto what = shell(text);
      what.deadline = 300s;
      co_await io::run_command(std::move(what));
    };
    host.start(make, [](std::exception_ptr) {});
    for (;;)
      ::pause();
  }
  REQUIRE(eventually([&] { return !read_file(folder / "pid").empty(); }));
  const pid_t sleeper = pid_in(read_file(folder / "pid"));
  CHECK_FALSE(is_dead(sleeper));
  ::kill(supervisor, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(supervisor, &status, 0) == supervisor);
  CHECK(eventually([&] { return is_dead(sleeper); }));
}

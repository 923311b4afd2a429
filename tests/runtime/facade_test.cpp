// settle as a library in somebody else's process: what a host relies on.
#include "runtime/settle.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace settle;

namespace {

struct scratch {
  std::filesystem::path path;
  scratch() {
    auto name = (std::filesystem::temp_directory_path() / "settle-facade-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~scratch() { std::filesystem::remove_all(path); }
};

std::unique_ptr<runtime> local_runtime(const scratch& s, std::size_t slots = 2) {
  options o;
  o.backend = backend_kind::local;
  o.state_dir = (s.path / "state").string();
  o.max_concurrent = slots;
  auto started = runtime::start(o);
  REQUIRE(started);
  return std::move(*started);
}

run_options in(const scratch& s) {
  run_options o;
  o.start_dir = s.path.string();
  return o;
}

constexpr auto three = R"([{"id":"a","name":"a","command":"true"},{"id":"b","name":"b","command":"exit 3"},
                           {"id":"c","name":"c","command":"true","deps":["a"]}])";

}  // namespace

TEST_CASE("a run in a host's process ends with its verdict", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s);
  auto answer = rt->submit_text(three, in(s));
  REQUIRE_FALSE(answer.run.empty());
  std::vector<core::stream_event> seen;
  rt->observe(answer.run, 1, [&](const core::stream_event& e) { seen.push_back(e); });
  auto verdict = rt->wait(answer.run);
  CHECK(verdict.status == core::run_status::failed);
  CHECK(verdict.exit_code() == 1);
  CHECK(verdict.tally.of(core::item_status::completed) == 2);
  REQUIRE_FALSE(seen.empty());
  for (std::size_t i = 0; i < seen.size(); ++i)
    CHECK(seen[i].seq == i + 1);
  CHECK(seen.back().kind == core::stream_kind::run_finished);
}

TEST_CASE("an observer that throws harms nobody else and is reported", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s);
  auto answer = rt->submit_text(three, in(s));
  std::atomic<int> calls{0};
  rt->observe(answer.run, 1, [](const core::stream_event&) { throw std::runtime_error("no thanks"); });
  rt->observe(answer.run, 1, [&](const core::stream_event&) { ++calls; });
  auto verdict = rt->wait(answer.run);
  CHECK_FALSE(verdict.trouble);
  CHECK(verdict.exit_code() == 1);
  REQUIRE(verdict.observer_troubles.size() == 1);
  CHECK(verdict.observer_troubles.front().find("no thanks") != std::string::npos);
  CHECK(calls > 5);
}

TEST_CASE("an observer that comes late is told everything from the start", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s);
  auto answer = rt->submit_text(three, in(s));
  rt->wait(answer.run);
  std::vector<std::uint64_t> seqs;
  rt->observe(answer.run, 1, [&](const core::stream_event& e) { seqs.push_back(e.seq); });
  rt->wait(answer.run);
  REQUIRE_FALSE(seqs.empty());
  CHECK(seqs.front() == 1);
  CHECK(seqs.back() == seqs.size());
}

TEST_CASE("two runtimes share a process", "[runtime]") {
  scratch s1, s2;
  auto one = local_runtime(s1);
  auto two = local_runtime(s2);
  auto a = one->submit_text(three, in(s1));
  auto b = two->submit_text(three, in(s2));
  CHECK(one->wait(a.run).exit_code() == 1);
  CHECK(two->wait(b.run).exit_code() == 1);
}

TEST_CASE("a runtime leaves the host's children, signals, umask and folder alone", "[runtime]") {
  scratch s;
  const auto child = ::fork();
  if (child == 0) {
    ::usleep(300'000);
    ::_exit(42);
  }
  struct sigaction before {
  }, after{};
  const auto mask = ::umask(027);
  const auto folder = std::filesystem::current_path();
  {
    auto rt = local_runtime(s);
    ::sigaction(SIGCHLD, nullptr, &before);
    auto answer = rt->submit_text(three, in(s));
    rt->wait(answer.run);
    ::sigaction(SIGCHLD, nullptr, &after);
  }
  CHECK(before.sa_handler == SIG_DFL);
  CHECK(after.sa_handler == SIG_DFL);
  CHECK(::umask(mask) == 027);
  CHECK(std::filesystem::current_path() == folder);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);  // nobody reaped it
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("cancel ends what runs and what waits, and the run is cancelled", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s, 1);
  auto answer = rt->submit_text(R"([{"id":"a","name":"a","command":"sleep 60"},
                                    {"id":"b","name":"b","command":"touch ran"}])",
                                in(s));
  std::mutex m;
  std::condition_variable running;
  bool is_running = false;
  rt->observe(answer.run, 1, [&](const core::stream_event& e) {
    if (e.status == core::item_status::running && e.item == "a") {
      std::lock_guard guard{m};
      is_running = true;
      running.notify_all();
    }
  });
  {
    std::unique_lock lock{m};
    REQUIRE(running.wait_for(lock, std::chrono::seconds{30}, [&] { return is_running; }));
  }
  CHECK(rt->cancel(answer.run));
  auto verdict = rt->wait_for(answer.run, std::chrono::seconds{30});
  REQUIRE(verdict);
  CHECK(verdict->status == core::run_status::cancelled);
  CHECK_FALSE(std::filesystem::exists(s.path / "ran"));
}

TEST_CASE("an empty document is a completed run", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s);
  auto answer = rt->submit_text("[]", in(s));
  CHECK(rt->wait(answer.run).exit_code() == 0);
}

TEST_CASE("a state directory that cannot be written is said at the start", "[runtime]") {
  options o;
  o.backend = backend_kind::local;
  o.state_dir = "/proc/settle";
  auto started = runtime::start(o);
  REQUIRE_FALSE(started);
  CHECK(started.error().code == io::errc::storage);
  CHECK(started.error().words.find("/proc/settle") != std::string::npos);
}

TEST_CASE("a runtime that ends with a run unfinished says so to who waits", "[runtime]") {
  scratch s;
  auto rt = local_runtime(s);
  auto answer = rt->submit_text(R"([{"id":"a","name":"a","command":"sleep 1"}])", in(s));
  rt->detach();
  auto summary = rt->summary(answer.run);
  CHECK_FALSE(summary.finished());
  CHECK(summary.exit_code() == 3);
  CHECK(rt->submit_text(three, in(s)).run.empty());  // nothing new is taken
}

#include "io/io_host.hpp"

#include "tests/io/witness.hpp"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <signal.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;

namespace {

/// A coroutine that sleeps until it is cancelled.
std::function<asio::awaitable<void>()> sleeper(io::io_host& host) {
  return [&host]() -> asio::awaitable<void> {
    asio::steady_timer timer(host.context(), 1h);
    co_await timer.async_wait(asio::use_awaitable);
  };
}

}  // namespace

TEST_CASE("a coroutine runs on the io thread and its end is told there, once", "[io][io_host]") {
  io::io_host host;
  std::promise<std::pair<std::thread::id, std::thread::id>> told;
  auto here = std::make_shared<std::thread::id>();
  host.start(
      [here]() -> asio::awaitable<void> {
        *here = std::this_thread::get_id();
        co_return;
      },
      [&, here](std::exception_ptr escaped) {
        CHECK(escaped == nullptr);
        told.set_value({*here, std::this_thread::get_id()});  // twice would throw
      });
  const auto threads = told.get_future().get();
  CHECK(threads.first == threads.second);
  CHECK(threads.first != std::this_thread::get_id());
}

TEST_CASE("an exception that escapes a coroutine arrives at its owner", "[io][io_host]") {
  io::io_host host;
  std::promise<std::string> told;
  host.start(
      []() -> asio::awaitable<void> {
        throw std::runtime_error("words");
        co_return;
      },
      [&](std::exception_ptr escaped) {
        try {
          std::rethrow_exception(escaped);
        } catch (const std::runtime_error& e) {
          told.set_value(e.what());
        }
      });
  CHECK(told.get_future().get() == "words");
}

TEST_CASE("cancelling ends that coroutine and no other; unknown tickets are ignored", "[io][io_host]") {
  std::atomic<int> ended{0};
  std::atomic<bool> first{false}, second{false};
  io::io_host host;
  const auto one = host.start(sleeper(host), [&](std::exception_ptr e) {
    ++ended;
    first = e != nullptr;
  });
  const auto two = host.start(sleeper(host), [&](std::exception_ptr e) {
    ++ended;
    second = e != nullptr;
  });
  CHECK(one != two);
  host.cancel(4711);
  host.cancel(one);
  CHECK(eventually([&] { return first.load(); }));
  CHECK(ended == 1);
  host.cancel(one);
  host.cancel(two);
  CHECK(eventually([&] { return second.load(); }));
  CHECK(ended == 2);
}

TEST_CASE("a cancel at once after the start is never lost, from whatever thread", "[io][io_host]") {
  std::atomic<int> ended{0};
  io::io_host host;
  const auto begin_and_cancel = [&] {
    for (int i = 0; i < 200; ++i)
      host.cancel(host.start(sleeper(host), [&](std::exception_ptr) { ++ended; }));
  };
  asio::post(host.context(), begin_and_cancel);
  asio::post(host.context(), [&] {  // begun here, cancelled elsewhere before this handler returns
    const auto ticket = host.start(sleeper(host), [&](std::exception_ptr) { ++ended; });
    std::thread([&] { host.cancel(ticket); }).join();
  });
  std::thread other(begin_and_cancel);
  begin_and_cancel();
  other.join();
  CHECK(eventually([&] { return ended == 601; }));
}

TEST_CASE("destroying the host ends every coroutine and every child", "[io][io_host]") {
  const auto before = traces_now();
  std::atomic<int> ended{0};
  std::atomic<int> cancelled{0};
  {
    io::io_host host;
    for (int i = 0; i < 5; ++i) {
      host.start(
          [&cancelled]() -> asio::awaitable<void> {
            auto what = shell("exec sleep 100");
            const auto r = co_await io::run_command(std::move(what));
            cancelled += r.cancelled;
          },
          [&](std::exception_ptr) { ++ended; });
      host.start(sleeper(host), [&](std::exception_ptr) { ++ended; });
    }
    REQUIRE(eventually([&] { return traces_now().children == before.children + 5; }));
    host.start(sleeper(host), [&](std::exception_ptr) { ++ended; });  // perhaps never begun
  }
  CHECK(ended == 11);
  CHECK(cancelled == 5);
  CHECK(traces_now() == before);
}

TEST_CASE("what a coroutine's end starts while the host is being destroyed is ended too", "[io][io_host]") {
  std::atomic<int> ended{0};
  const auto begun = std::chrono::steady_clock::now();
  {
    io::io_host host;
    host.start(sleeper(host), [&](std::exception_ptr) {
      ++ended;
      host.start(sleeper(host), [&](std::exception_ptr) { ++ended; });
    });
  }
  CHECK(ended == 2);
  CHECK(std::chrono::steady_clock::now() - begun < 60s);  // asked to end, not waited out
}

TEST_CASE("the io thread takes no signal meant for the program", "[io][io_host]") {
  io::io_host host;
  std::promise<sigset_t> told;
  asio::post(host.context(), [&] {
    sigset_t now;
    pthread_sigmask(SIG_BLOCK, nullptr, &now);
    told.set_value(now);
  });
  const sigset_t there = told.get_future().get();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM, SIGWINCH, SIGXFSZ})
    CHECK(sigismember(&there, signal) == 1);
  sigset_t here;
  pthread_sigmask(SIG_BLOCK, nullptr, &here);
  CHECK(sigismember(&here, SIGINT) == 0);
}

// The one io thread: an io_context, its thread, and every coroutine that runs on it, each with an owner that
// can cancel it. Destroying the host cancels all, ends their children and joins the thread. All signals are
// blocked on that thread. Must not be destroyed from its own thread.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace settle::io {

class io_host {
public:
  io_host();
  ~io_host();
  io_host(const io_host&) = delete;
  io_host& operator=(const io_host&) = delete;

  using ticket = std::uint64_t;

  /// Starts the coroutine that `make` returns on the io thread. `done` is called there exactly once, with the
  /// exception that escaped, if any. Thread safe.
  ticket start(std::function<asio::awaitable<void>()> make, std::function<void(std::exception_ptr)> done);
  /// Asks that coroutine to end (terminal cancellation); unknown tickets are ignored. Thread safe.
  void cancel(ticket);
  asio::io_context& context();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace settle::io

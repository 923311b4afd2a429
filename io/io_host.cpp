#include "io/io_host.hpp"

#include "io/signals_blocked.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <cassert>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace settle::io {
namespace {

/// How long coroutines may take to end once the host is being destroyed: well above TERM, KILL and giving up.
constexpr std::chrono::seconds closing_patience{30};

/// One coroutine. `signal` is touched on the io thread only.
struct entry {
  std::function<asio::awaitable<void>()> make;
  std::function<void(std::exception_ptr)> done;
  asio::cancellation_signal signal;
  bool cancelled = false;  ///< guarded by the host's mutex: asked before it was begun
};

}  // namespace

struct io_host::impl {
  void begin(ticket number);
  void finish(ticket number, std::exception_ptr escaped);
  void cancel(ticket number);
  void close();
  void run();
  std::shared_ptr<entry> find(ticket number);

  asio::io_context context{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{context.get_executor()};
  asio::steady_timer patience{context};
  std::mutex mutex;  ///< guards the next three
  std::map<ticket, std::shared_ptr<entry>> live;
  ticket last = 0;
  bool closing = false;
  std::thread thread;
};

std::shared_ptr<entry> io_host::impl::find(ticket number) {
  const std::lock_guard lock(mutex);
  const auto found = live.find(number);
  return found == live.end() ? nullptr : found->second;
}

void io_host::impl::begin(ticket number) {
  const auto one = find(number);
  assert(one);
  asio::co_spawn(
      context, std::move(one->make),
      asio::bind_cancellation_slot(one->signal.slot(), [this, number, one](std::exception_ptr escaped) {
        finish(number, std::move(escaped));
      }));
  bool at_once = false;
  {
    const std::lock_guard lock(mutex);
    at_once = one->cancelled || closing;
  }
  if (at_once)
    one->signal.emit(asio::cancellation_type::terminal);
}

void io_host::impl::finish(ticket number, std::exception_ptr escaped) {
  std::shared_ptr<entry> one;
  {
    const std::lock_guard lock(mutex);
    const auto found = live.find(number);
    assert(found != live.end());
    one = std::move(found->second);
    live.erase(found);
  }
  if (one->done)
    one->done(std::move(escaped));
  const std::lock_guard lock(mutex);
  if (closing && live.empty())
    context.stop();
}

void io_host::impl::cancel(ticket number) {
  if (const auto one = find(number))
    one->signal.emit(asio::cancellation_type::terminal);
}

void io_host::impl::close() {
  std::vector<std::shared_ptr<entry>> all;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [number, one] : live)
      all.push_back(one);
  }
  if (all.empty())
    return context.stop();
  for (const auto& one : all)
    one->signal.emit(asio::cancellation_type::terminal);
  patience.expires_after(closing_patience);
  patience.async_wait([this](const asio::error_code& error) {
    if (!error)
      context.stop();
  });
}

void io_host::impl::run() {
  context.run();
  // Nearly always none: coroutines that would not end although they were asked. They go with the context.
  for (auto& [number, one] : std::exchange(live, {}))
    if (one->done)
      one->done(std::make_exception_ptr(
          std::system_error(std::make_error_code(std::errc::operation_canceled), "the io thread has ended")));
}

io_host::io_host() : impl_(std::make_unique<impl>()) {
  const signals_blocked quiet(signals_blocked::which::asynchronous);
  impl_->thread = std::thread([self = impl_.get()] { self->run(); });
}

io_host::~io_host() {
  assert(std::this_thread::get_id() != impl_->thread.get_id());
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  asio::post(impl_->context, [self = impl_.get()] { self->close(); });
  impl_->thread.join();
}

io_host::ticket io_host::start(std::function<asio::awaitable<void>()> make,
                               std::function<void(std::exception_ptr)> done) {
  auto one = std::make_shared<entry>();
  one->make = std::move(make);
  one->done = std::move(done);
  ticket number = 0;
  {
    const std::lock_guard lock(impl_->mutex);
    number = ++impl_->last;
    impl_->live.emplace(number, std::move(one));
  }
  asio::post(impl_->context, [self = impl_.get(), number] { self->begin(number); });
  return number;
}

void io_host::cancel(ticket number) {
  {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->live.find(number);
    if (found == impl_->live.end())
      return;
    found->second->cancelled = true;
  }
  asio::post(impl_->context, [self = impl_.get(), number] { self->cancel(number); });
}

asio::io_context& io_host::context() {
  return impl_->context;
}

}  // namespace settle::io

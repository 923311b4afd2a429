#include "io/child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <cassert>
#include <cerrno>
#include <utility>

namespace settle::io {
namespace {

/// A pidfd can be readable before wait sees the end (a debugger holds the zombie): then we look this often.
constexpr std::chrono::milliseconds look_again{50};

}  // namespace

child::child(const asio::any_io_executor& executor, spawned started)
    : pid_(started.pid), watched_(executor), again_(executor) {
  asio::error_code refused;
  watched_.assign(started.pidfd.get(), refused);
  if (refused)
    unwatched_ = std::move(started.pidfd);
  else
    (void)started.pidfd.release();
}

bool child::exited() {
  if (state_ != state::running)
    return true;
  siginfo_t seen{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd()), &seen, WEXITED | WNOHANG | WNOWAIT) != 0) {
    state_ = state::gone;  // ECHILD: the program that hosts us reaped it; how it ended stays unknown
    return true;
  }
  if (seen.si_pid == 0)
    return false;
  if (seen.si_code == CLD_EXITED)
    end_.exit = seen.si_status;
  else
    end_.signal = seen.si_status;
  state_ = state::dead;
  return true;
}

void child::signal_group(int signal) {
  (void)exited();  // notices when its number is no longer ours
  if (state_ != state::gone)
    ::kill(-pid_, signal);
}

void child::reap() {
  assert(state_ != state::running);
  stop_watching();
  siginfo_t seen{};
  if (state_ == state::dead)
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd()), &seen, WEXITED | WNOHANG);
  state_ = state::gone;
  asio::error_code ignored;
  watched_.close(ignored);
  unwatched_.reset();
}

void child::kill_and_reap(std::chrono::milliseconds patience) {
  if (state_ == state::gone)
    return;
  signal_group(SIGKILL);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!exited() && std::chrono::steady_clock::now() < until) {
    pollfd ready{pidfd(), POLLIN, 0};
    ::poll(&ready, 1, static_cast<int>(look_again.count()));
    const timespec pause{0, 1'000'000};
    if (!exited())
      ::nanosleep(&pause, nullptr);
  }
  if (exited())
    reap();
}

void child::on_exit(std::function<void()> told) {
  if (!watched_.is_open())
    return look_again_later(std::move(told));
  watched_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this, told = std::move(told)](const asio::error_code& error) mutable {
                        if (error == asio::error::operation_aborted)
                          return;
                        if (exited())
                          told();
                        else
                          look_again_later(std::move(told));
                      });
}

void child::look_again_later(std::function<void()> told) {
  again_.expires_after(look_again);
  again_.async_wait([this, told = std::move(told)](const asio::error_code& error) mutable {
    if (error == asio::error::operation_aborted)
      return;
    if (exited())
      told();
    else
      look_again_later(std::move(told));
  });
}

void child::stop_watching() {
  asio::error_code ignored;
  if (watched_.is_open())
    watched_.cancel(ignored);
  again_.cancel();
}

}  // namespace settle::io

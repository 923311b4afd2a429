// A process we started, known by its pidfd: looked at, signalled, waited for and reaped only through this. Its
// exit is first seen without reaping: the dead leader keeps its number, so that its group can still be signalled
// and no stranger ever is. Lives on one executor. Decides nothing.
#pragma once

#include "io/process_end.hpp"
#include "io/spawn.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>

namespace settle::io {

class child {
public:
  child(const asio::any_io_executor& executor, spawned started);
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  pid_t pid() const noexcept { return pid_; }
  /// Looks whether it has ended (or was reaped behind our back). Does not reap.
  bool exited();
  process_end end() const noexcept { return end_; }
  /// To its whole group; nothing once it was reaped.
  void signal_group(int signal);
  /// Frees the dead process; only after exited().
  void reap();
  /// KILL to the group, waits at most `patience`, reaps. For destructors: it blocks.
  void kill_and_reap(std::chrono::milliseconds patience);
  /// `told` is called once, on the executor, after it has ended; not after stop_watching(). `told` must keep
  /// this object alive.
  void on_exit(std::function<void()> told);
  void stop_watching();

private:
  enum class state {
    running,
    dead,  ///< ended, its number still ours
    gone,  ///< reaped; its number may be anybody's
  };
  void look_again_later(std::function<void()> told);
  int pidfd() { return watched_.is_open() ? watched_.native_handle() : unwatched_.get(); }

  pid_t pid_;
  state state_ = state::running;
  process_end end_{};
  asio::posix::stream_descriptor watched_;
  unique_fd unwatched_;  ///< the pidfd, should the reactor refuse it: then we look now and then
  asio::steady_timer again_;
};

}  // namespace settle::io

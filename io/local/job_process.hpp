// One running job: its process, its time limit, and how it is ended (TERM to the group, 5 s, KILL to what is left).
// Reaps only its own process, and only once nothing will be signalled any more. Lives on the io thread.
#pragma once

#include "io/child.hpp"
#include "io/local/executor.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace settle::io::local {

class job_process : public std::enable_shared_from_this<job_process> {
public:
  job_process(const asio::any_io_executor& executor, spawned started);

  /// `ended` is called once, on the io thread. `fading` when the leader has ended but its group, told to end,
  /// may still have members: somebody then asks group_left() or lets the grace run out.
  void watch(std::optional<std::chrono::seconds> time_limit, std::function<void()> fading,
             std::function<void(local_end)> ended);
  void cancel();
  /// No time limit any more; a TERM already sent is still followed by its KILL.
  void forget_time_limit();
  /// The group has no living member (any more): it has ended.
  void group_left();
  pid_t pid() const noexcept { return process_.pid(); }

private:
  using clock = std::chrono::steady_clock;
  void leader_ended();
  void terminate();
  void kill();
  void finish();

  child process_;
  asio::steady_timer limit_;
  asio::steady_timer grace_;
  std::function<void()> fading_;
  std::function<void(local_end)> ended_;
  local_end end_;
  clock::time_point begun_ = clock::now();
  std::int64_t our_peak_rss_;
  bool terminating_ = false;
  bool killed_ = false;
};

}  // namespace settle::io::local

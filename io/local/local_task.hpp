// One task of this machine, seen through its keeper: a child of ours, or one that another settle has left. Its end is
// read from its record once the keeper is gone, in both cases alike. Lives on the io thread.
#pragma once

#include "io/local/executor.hpp"
#include "io/local/launch.hpp"
#include "io/local/task_record.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace settle::io::local {

class local_task : public std::enable_shared_from_this<local_task> {
public:
  local_task(const asio::any_io_executor& executor, task_place place, launched started);
  /// Of another settle; `keeper` is a pidfd.
  local_task(const asio::any_io_executor& executor, task_place place, pid_t task, unique_fd keeper);

  /// `told` gets the pid of the task once it is certain that it runs, or why it never will. Only of our own child.
  void hear(std::function<void(result<std::int32_t>)> told);
  /// `ended` is called once, on the io thread; a later call takes the place of an earlier one.
  void watch(std::function<void(local_end)> ended);
  /// Asks its keeper to end it: TERM to the group, KILL after 5 s to what is left of it.
  void cancel();

  pid_t pid() const noexcept { return task_; }
  const task_place& place() const noexcept { return place_; }

private:
  void wait_for_word();
  void heard();
  int keeper() { return watched_.is_open() ? watched_.native_handle() : keeper_.get(); }
  void later(std::chrono::milliseconds pause, void (local_task::*what)());
  void wait_for_keeper();
  void look_at_keeper();
  void keeper_gone();

  task_place place_;
  pid_t task_ = 0;
  // Each is in one of the two: where the reactor refuses a descriptor we look now and then.
  asio::posix::stream_descriptor word_, watched_;
  unique_fd unheard_, keeper_;
  asio::steady_timer again_;
  std::function<void(result<std::int32_t>)> told_;
  std::function<void(local_end)> ended_;
  bool waiting_ = false;
};

/// The pidfd of the keeper that this record tells of, if it lives. None: it is gone. Errors: unavailable (not to be
/// known: it is of another machine, or there are no descriptors).
result<std::optional<unique_fd>> keeper_of(const start_record& record, const lease_owner& me);

/// What is known of a task whose keeper is gone and has left no record of its end, in words.
std::string words_of_lost(const std::optional<start_record>& record, const lease_owner& me);

}  // namespace settle::io::local

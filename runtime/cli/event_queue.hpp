// Events on their way from the runtime's observer thread to the program's main loop: bounded (a slow reader of
// our output makes the observer wait, not our memory grow), with a descriptor that can be polled.
#pragma once

#include "actors/core/stream.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace settle::cli {

class event_queue {
public:
  explicit event_queue(std::size_t most = 65'536);
  ~event_queue();
  event_queue(const event_queue&) = delete;
  event_queue& operator=(const event_queue&) = delete;

  /// Waits while the queue is full; after `close` the event is dropped.
  void put(const core::stream_event& e);
  /// Never waits: while the queue is full the event is dropped and counted.
  void offer(const core::stream_event& e);
  std::vector<core::stream_event> take();
  std::uint64_t dropped();                 ///< since it was asked last
  int fd() const noexcept { return fd_; }  ///< readable while there is something to take
  /// From now on `put` drops and never waits.
  void close();

private:
  void add(const core::stream_event& e);
  std::mutex mutex_;
  std::condition_variable room_;
  std::vector<core::stream_event> events_;
  std::size_t most_;
  std::uint64_t dropped_ = 0;
  bool closed_ = false;
  int fd_ = -1;
};

}  // namespace settle::cli

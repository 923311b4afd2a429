#include "runtime/cli/event_queue.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace settle::cli {

event_queue::event_queue(std::size_t most) : most_(most), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

event_queue::~event_queue() {
  ::close(fd_);
}

void event_queue::put(const core::stream_event& e) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || events_.size() < most_; });
  if (!closed_)
    add(e);
}

void event_queue::offer(const core::stream_event& e) {
  const std::lock_guard lock(mutex_);
  if (closed_)
    return;
  if (events_.size() < most_)
    add(e);
  else
    ++dropped_;
}

void event_queue::add(const core::stream_event& e) {
  events_.push_back(e);
  if (events_.size() == 1) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(fd_, &one, sizeof one);
  }
}

std::uint64_t event_queue::dropped() {
  const std::lock_guard lock(mutex_);
  return std::exchange(dropped_, 0);
}

std::vector<core::stream_event> event_queue::take() {
  std::vector<core::stream_event> out;
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = ::read(fd_, &count, sizeof count);
    out.swap(events_);
  }
  room_.notify_all();
  return out;
}

void event_queue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    events_.clear();
  }
  room_.notify_all();
}

}  // namespace settle::cli

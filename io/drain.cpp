#include "io/drain.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace settle::io {

drain::drain(const asio::any_io_executor& executor, std::size_t bytes_max)
    : end_(executor), bytes_max_(bytes_max) {}

int drain::open(unique_fd& write_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  unique_fd read_end(ends[0]);
  write_end.reset(ends[1]);
  asio::error_code refused;
  end_.assign(read_end.get(), refused);
  if (refused)
    return refused.value();
  (void)read_end.release();
  end_.native_non_blocking(true, refused);
  return refused.value();
}

// Waits and then reads itself, so that no read is ever under way while take_what_is_there() is called.
void drain::start(std::function<void()> ended) {
  end_.async_wait(asio::posix::stream_descriptor::wait_read,
                  [this, ended = std::move(ended)](const asio::error_code& error) mutable {
                    if (error == asio::error::operation_aborted || !is_open())
                      return;
                    take_what_is_there();
                    if (is_open())
                      start(std::move(ended));
                    else
                      ended();
                  });
}

void drain::take_what_is_there() {
  for (std::size_t taken = 0; is_open() && taken < (1u << 20);) {
    const ssize_t count = ::read(end_.native_handle(), chunk_.data(), chunk_.size());
    if (count > 0) {
      keep(static_cast<std::size_t>(count));
      taken += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else if (count == 0 || errno != EINTR) {
      close();
    }
  }
}

void drain::keep(std::size_t count) {
  bytes_ += count;
  const std::size_t kept = std::min(count, bytes_max_ - std::min(bytes_max_, text_.size()));
  text_.append(chunk_.data(), kept);
  truncated_ = truncated_ || kept < count;
}

void drain::close() {
  asio::error_code ignored;
  end_.close(ignored);
}

}  // namespace settle::io

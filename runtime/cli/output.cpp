#include "runtime/cli/output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include <poll.h>
#include <unistd.h>

namespace settle::cli {

void output::add(std::string_view text) {
  if (!closed_)
    pending_.append(text);
}

bool output::writable(int wake_fd, int patience_ms) const {
  std::array<pollfd, 2> fds{{{fd_, POLLOUT, 0}, {wake_fd, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(fds.data(), wake_fd < 0 ? 1 : 2, patience_ms);
    if (ready < 0 && errno == EINTR)
      continue;
    return ready < 0 || fds[0].revents != 0;  // a broken descriptor: let write tell
  }
}

/// After poll said so, a pipe takes PIPE_BUF bytes without blocking; more might block past a signal.
bool output::write_some() {
  const std::size_t size = std::min<std::size_t>(pending_.size() - at_, PIPE_BUF);
  const ssize_t n = ::write(fd_, pending_.data() + at_, size);
  if (n >= 0) {
    at_ += static_cast<std::size_t>(n);
    return true;
  }
  if (errno == EINTR || errno == EAGAIN)
    return true;
  failed_ = errno != EPIPE;
  closed_ = true;
  return false;
}

bool output::flush(int wake_fd, int patience_ms) {
  while (waiting() && !closed_) {
    if (!writable(wake_fd, patience_ms))
      return false;
    write_some();
  }
  pending_.clear();
  at_ = 0;
  return true;
}

}  // namespace settle::cli

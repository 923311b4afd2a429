// Bytes to a file descriptor that somebody else reads: a slow reader delays only us and never keeps a signal
// from being seen; a reader that went away is remembered and the rest is dropped. Raises no SIGPIPE trouble: the
// program catches that signal (signals.hpp).
#pragma once

#include <string>
#include <string_view>

namespace settle::cli {

class output {
public:
  /// Does not own the descriptor and does not change its flags (others may share it).
  explicit output(int fd) noexcept : fd_(fd) {}

  void add(std::string_view text);
  /// Writes what was added. Returns early, with the rest kept, when `wake_fd` is readable or the reader took
  /// nothing for `patience_ms`; -1: never early. True: all is written, or nobody reads any more.
  bool flush(int wake_fd = -1, int patience_ms = -1);
  bool closed() const noexcept { return closed_; }  ///< nobody reads any more; what is added is dropped
  bool failed() const noexcept { return failed_; }  ///< it could not be written (a full disk): output is lost
  bool waiting() const noexcept { return at_ < pending_.size(); }

private:
  bool writable(int wake_fd, int patience_ms) const;
  bool write_some();
  int fd_;
  std::string pending_;
  std::size_t at_ = 0;  ///< written so far of pending_
  bool closed_ = false;
  bool failed_ = false;
};

}  // namespace settle::cli

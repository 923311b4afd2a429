// One file descriptor with one owner: closed exactly once. Knows nothing of what it is a descriptor of.
#pragma once

#include <unistd.h>

#include <utility>

namespace settle::io {

class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int number) noexcept : number_(number) {}
  unique_fd(unique_fd&& other) noexcept : number_(other.release()) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~unique_fd() { reset(); }

  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  int release() noexcept { return std::exchange(number_, -1); }
  void reset(int number = -1) noexcept {
    const int old = std::exchange(number_, number);
    if (old >= 0)
      ::close(old);  // never retried: after EINTR Linux has closed it already
  }

private:
  int number_ = -1;
};

}  // namespace settle::io

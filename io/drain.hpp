// Reads one pipe to its end: keeps at most a given number of bytes, and goes on reading and dropping beyond
// them, so that the writer never blocks on us. Lives on one executor. Does not know who writes.
#pragma once

#include "io/unique_fd.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace settle::io {

class drain {
public:
  drain(const asio::any_io_executor& executor, std::size_t bytes_max);

  /// Makes the pipe and hands out its writing end; 0 or errno.
  int open(unique_fd& write_end);
  /// Reads until the end; then `ended`, once; not after close(). `ended` must keep this object alive.
  void start(std::function<void()> ended);
  /// Takes what lies in the pipe now without waiting, at most 1 MiB; may find the end.
  void take_what_is_there();
  void close();

  bool is_open() const { return end_.is_open(); }
  bool truncated() const noexcept { return truncated_; }
  std::uint64_t bytes() const noexcept { return bytes_; }  ///< all that came, kept or dropped
  std::string take_text() noexcept { return std::move(text_); }

private:
  void keep(std::size_t count);

  static constexpr std::size_t chunk_bytes = 64 * 1024;  ///< what a Linux pipe holds
  asio::posix::stream_descriptor end_;
  std::size_t bytes_max_;
  std::uint64_t bytes_ = 0;
  bool truncated_ = false;
  std::string text_;
  std::array<char, chunk_bytes> chunk_;
};

}  // namespace settle::io

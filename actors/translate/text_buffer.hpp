// Text that grows, written through a pointer: a std::string's append costs more than most of what is appended.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace settle::actors {

class text_buffer {
public:
  text_buffer() = default;
  text_buffer(text_buffer&& other) noexcept { *this = std::move(other); }
  text_buffer& operator=(text_buffer&& other) noexcept {
    text_ = std::exchange(other.text_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    limit_ = std::exchange(other.limit_, nullptr);
    return *this;
  }

  /// Where at least `size` characters can be written; `wrote` tells how far that went.
  [[gnu::always_inline]] char* room(std::size_t size) {
    if (size > static_cast<std::size_t>(limit_ - end_))
      grow(size);
    return end_;
  }
  void wrote(char* end) { end_ = end; }
  void add(std::string_view text) {
    auto* to = room(text.size());
    wrote(std::copy_n(text.data(), text.size(), to));
  }
  void add(char c) {
    auto* to = room(1);
    *to = c;
    wrote(to + 1);
  }
  std::size_t size() const { return static_cast<std::size_t>(end_ - text_.get()); }
  /// All of it, as long as it is. The room stays for what comes next, unless that was much more than is needed.
  std::string take();

private:
  void grow(std::size_t size);

  std::unique_ptr<char[]> text_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace settle::actors

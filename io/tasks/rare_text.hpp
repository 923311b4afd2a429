// Text that few tasks have: one pointer wide, where a string takes four. A document has a million tasks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace settle::tasks {

class rare_text {
public:
  rare_text() = default;
  rare_text(std::string words) { *this = std::move(words); }
  rare_text(const rare_text& other) { *this = other.str(); }
  rare_text(rare_text&&) noexcept = default;
  rare_text& operator=(const rare_text& other) { return *this = other.str(); }
  rare_text& operator=(rare_text&&) noexcept = default;
  rare_text& operator=(std::string words) {
    words_ = words.empty() ? nullptr : std::make_unique<std::string>(std::move(words));
    return *this;
  }
  ~rare_text() = default;

  const std::string& str() const noexcept {
    static const std::string none;
    return words_ ? *words_ : none;
  }
  operator const std::string&() const noexcept { return str(); }
  operator std::string_view() const noexcept { return str(); }
  bool empty() const noexcept { return !words_; }
  void clear() noexcept { words_.reset(); }

  friend bool operator==(const rare_text& a, const rare_text& b) noexcept { return a.str() == b.str(); }
  friend bool operator==(const rare_text& a, const char* b) noexcept { return a.str() == b; }
  friend bool operator==(const rare_text& a, const std::string& b) noexcept { return a.str() == b; }

private:
  std::unique_ptr<std::string> words_;
};

}  // namespace settle::tasks

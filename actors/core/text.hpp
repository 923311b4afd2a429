// Text that many hold and nobody changes: copies share it.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace settle::core {

class text {
public:
  text() = default;
  text(std::string words)
      : words_{words.empty() ? nullptr : std::make_shared<const std::string>(std::move(words))} {}
  text(const char* words) : text(std::string{words}) {}

  const std::string& str() const noexcept {
    static const std::string none;
    return words_ ? *words_ : none;
  }
  bool empty() const noexcept { return !words_; }

  friend bool operator==(const text& a, const text& b) noexcept {
    return a.words_ == b.words_ || a.str() == b.str();
  }

private:
  std::shared_ptr<const std::string> words_;
};

}  // namespace settle::core

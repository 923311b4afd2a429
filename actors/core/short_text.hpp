// Words of which a run has millions, and which mostly are few: 16 bytes, 15 of them for text; more stands on the heap.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace settle::core {

class short_text {
public:
  short_text() noexcept = default;
  short_text(std::string_view words) { hold(words); }
  short_text(const std::string& words) : short_text(std::string_view{words}) {}
  short_text(const char* words) : short_text(std::string_view{words}) {}
  short_text(const short_text& other) : short_text(other.view()) {}
  short_text(short_text&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
  short_text& operator=(const short_text& other) { return *this = short_text{other}; }
  short_text& operator=(short_text&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~short_text() { clear(); }

  std::string_view view() const noexcept {
    return is_long() ? std::string_view{far().first, far().second} : std::string_view{bytes_.data(), tag()};
  }
  operator std::string_view() const noexcept { return view(); }
  std::string str() const { return std::string{view()}; }
  operator std::string() const { return str(); }

  bool empty() const noexcept { return tag() == 0; }
  std::size_t size() const noexcept { return view().size(); }
  bool starts_with(std::string_view words) const noexcept { return view().starts_with(words); }
  bool ends_with(std::string_view words) const noexcept { return view().ends_with(words); }
  std::size_t find(std::string_view words) const noexcept { return view().find(words); }

  void clear() noexcept {
    if (is_long())
      delete[] far().first;
    bytes_ = {};
  }
  short_text& operator+=(std::string_view words) { return *this = short_text{str().append(words)}; }

  template <std::convertible_to<std::string_view> Words>
  friend bool operator==(const short_text& a, const Words& b) noexcept {
    return a.view() == std::string_view(b);
  }
  template <class Stream>
  friend auto operator<<(Stream& out, const short_text& words) -> decltype(out << words.view()) {
    return out << words.view();
  }

private:
  static constexpr std::size_t few = 15;
  static constexpr std::uint8_t many = 0xff;

  /// How many characters stand here; `many`: where they stand, and how many (below 4 GiB).
  std::uint8_t tag() const noexcept { return static_cast<std::uint8_t>(bytes_[few]); }
  bool is_long() const noexcept { return tag() == many; }
  std::pair<char*, std::uint32_t> far() const noexcept {
    std::pair<char*, std::uint32_t> at;
    std::memcpy(&at.first, bytes_.data(), sizeof at.first);
    std::memcpy(&at.second, bytes_.data() + sizeof at.first, sizeof at.second);
    return at;
  }
  void hold(std::string_view words) {
    if (words.size() <= few) {
      std::copy_n(words.data(), words.size(), bytes_.data());  // from nowhere, where it is empty
      bytes_[few] = static_cast<char>(words.size());
      return;
    }
    char* const at = new char[words.size()];
    const auto size = static_cast<std::uint32_t>(words.size());
    std::memcpy(at, words.data(), words.size());
    std::memcpy(bytes_.data(), &at, sizeof at);
    std::memcpy(bytes_.data() + sizeof at, &size, sizeof size);
    bytes_[few] = static_cast<char>(many);
  }

  alignas(char*) std::array<char, few + 1> bytes_{};
};

}  // namespace settle::core

#include "actors/core/glob.hpp"

#include <bit>
#include <cstddef>

namespace settle::core {

namespace {

constexpr std::string_view special = "*?[";

/// The length in bytes of the character at `at`.
std::size_t width(std::string_view text, std::size_t at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at]);
  const int ones = std::countl_one(lead);
  if (ones < 2 || ones > 4 || at + static_cast<std::size_t>(ones) > text.size())
    return 1;
  for (std::size_t i = 1; i < static_cast<std::size_t>(ones); ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U)
      return 1;
  return static_cast<std::size_t>(ones);
}

/// UTF-8 keeps the order of code points under a comparison of bytes, so views serve as characters.
std::string_view character(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, width(text, at));
}

/// Index of the `]` that ends the set opened at `at`, or npos: then `[` is an ordinary character.
std::size_t set_end(std::string_view pattern, std::size_t at) noexcept {
  std::size_t from = at + 1;
  if (from < pattern.size() && pattern[from] == '!')
    ++from;
  return from < pattern.size() ? pattern.find(']', from + 1) : std::string_view::npos;
}

bool in_set(std::string_view set, std::string_view c) noexcept {
  const bool negated = set.starts_with('!');
  std::size_t i = negated ? 1 : 0;
  bool found = false;
  while (i < set.size()) {
    const std::string_view low = character(set, i);
    i += low.size();
    if (i + 1 < set.size() && set[i] == '-') {
      const std::string_view high = character(set, i + 1);
      i += 1 + high.size();
      found = found || (low <= c && c <= high);
    } else {
      found = found || low == c;
    }
  }
  return found != negated;
}

/// Length of the pattern's element at `at` (not `*`) if it matches the character, else 0.
std::size_t element(std::string_view pattern, std::size_t at, std::string_view c) noexcept {
  if (pattern[at] == '?')
    return 1;
  if (pattern[at] == '[') {
    const std::size_t end = set_end(pattern, at);
    if (end != std::string_view::npos)
      return in_set(pattern.substr(at + 1, end - at - 1), c) ? end - at + 1 : 0;
  }
  return character(pattern, at) == c ? c.size() : 0;
}

}  // namespace

bool is_glob(std::string_view text) noexcept {
  return text.find_first_of(special) != std::string_view::npos;
}

std::string_view literal_prefix(std::string_view pattern) noexcept {
  return pattern.substr(0, pattern.find_first_of(special));
}

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = none;    // the last `*` seen
  std::size_t resume = none;  // where the text after what it swallowed begins
  while (t < text.size()) {
    const std::string_view c = character(text, t);
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (const std::size_t n = p < pattern.size() ? element(pattern, p, c) : 0; n > 0) {
      p += n;
      t += c.size();
    } else if (star != none) {
      resume += width(text, resume);
      t = resume;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

}  // namespace settle::core

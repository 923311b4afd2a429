// Text of unknown origin as UTF-8: one code point at a time, and a copy in which nothing is invalid. Knows
// neither JSON nor terminals; both need the same answer to "is this byte text?".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace settle::actors {

/// One step through a text. A byte that begins no valid sequence (overlong, surrogate, cut, stray) is a step
/// of length 1 that is not valid.
struct code_point {
  char32_t value = 0;
  std::size_t length = 1;  ///< bytes
  bool valid = false;
};

/// The code point at `at`, which must lie inside the text.
code_point decode_utf8(std::string_view text, std::size_t at) noexcept;

bool is_utf8(std::string_view text) noexcept;

/// The text itself where it is valid; else each invalid byte becomes U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace settle::actors

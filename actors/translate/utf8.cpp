#include "actors/translate/utf8.hpp"

#include <cassert>

namespace settle::actors {

namespace {

/// Bytes of the sequence that `lead` opens and its value bits; 0 where it opens none.
std::size_t sequence_length(unsigned char lead, char32_t& bits) noexcept {
  if (lead < 0x80) {
    bits = lead;
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    bits = lead & 0x1Fu;
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    bits = lead & 0x0Fu;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bits = lead & 0x07u;
    return 4;
  }
  return 0;
}

bool is_allowed(char32_t value, std::size_t length) noexcept {
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  return !surrogate && !overlong && value <= 0x10FFFF;
}

}  // namespace

code_point decode_utf8(std::string_view text, std::size_t at) noexcept {
  assert(at < text.size());
  char32_t value = 0;
  const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]), value);
  if (length == 0 || at + length > text.size())
    return {};
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if ((byte & 0xC0u) != 0x80u)
      return {};
    value = (value << 6) | (byte & 0x3Fu);
  }
  if (!is_allowed(value, length))
    return {};
  return {value, length, true};
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const code_point c = decode_utf8(text, at);
    if (!c.valid)
      return false;
    at += c.length;
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const code_point c = decode_utf8(text, at);
    if (c.valid)
      out.append(text.substr(at, c.length));
    else
      out.append("\xEF\xBF\xBD");
    at += c.length;
  }
  return out;
}

}  // namespace settle::actors

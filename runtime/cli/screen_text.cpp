#include "runtime/cli/screen_text.hpp"

#include "actors/translate/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settle::cli {

namespace {

using actors::code_point;
using actors::decode_utf8;

struct range {
  char32_t first, last;
};

template <std::size_t N>
bool within(const std::array<range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const range& r) { return r.first <= c && c <= r.last; });
}

bool must_escape(char32_t c) {
  // C0, DEL and C1; line and paragraph separators; marks that turn the writing direction.
  static constexpr std::array<range, 6> unsafe{
      {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};
  return within(unsafe, c);
}

std::size_t columns_of(char32_t c) {
  static constexpr std::array<range, 6> none{{{0x0300, 0x036F},
                                              {0x200B, 0x200D},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F},
                                              {0xE0100, 0xE01EF}}};
  static constexpr std::array<range, 9> two{{{0x1100, 0x115F},
                                             {0x2E80, 0xA4CF},
                                             {0xAC00, 0xD7A3},
                                             {0xF900, 0xFAFF},
                                             {0xFE30, 0xFE6F},
                                             {0xFF00, 0xFF60},
                                             {0xFFE0, 0xFFE6},
                                             {0x1F300, 0x1FAFF},
                                             {0x20000, 0x3FFFD}}};
  if (within(none, c))
    return 0;
  return within(two, c) ? 2 : 1;
}

std::string escaped(char32_t c) {
  if (c == '\n')
    return "\\n";
  if (c == '\t')
    return "\\t";
  if (c == '\r')
    return "\\r";
  return c <= 0x9F ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                   : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const code_point c = decode_utf8(text, at);
    if (!c.valid)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    else if (must_escape(c.value))
      out += escaped(c.value);
    else
      out.append(text.substr(at, c.length));
    at += c.length;
  }
  return out;
}

std::size_t columns_of(std::string_view printable_text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < printable_text.size();) {
    const code_point c = decode_utf8(printable_text, at);
    columns += columns_of(c.value);
    at += c.length;
  }
  return columns;
}

std::string fit(std::string_view printable_text, std::size_t columns) {
  if (columns_of(printable_text) <= columns)
    return std::string(printable_text);
  if (columns == 0)
    return {};
  std::size_t used = 0;
  std::size_t at = 0;
  while (at < printable_text.size()) {
    const code_point c = decode_utf8(printable_text, at);
    if (used + columns_of(c.value) > columns - 1)  // one for the mark
      break;
    used += columns_of(c.value);
    at += c.length;
  }
  return std::string(printable_text.substr(0, at)) + "\xE2\x80\xA6";
}

std::string paint(std::string_view text, colour c, bool on) {
  if (!on || text.empty())
    return std::string(text);
  static constexpr std::array<std::string_view, 5> codes{"31", "32", "33", "2", "1"};
  return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(c)], text);
}

}  // namespace settle::cli

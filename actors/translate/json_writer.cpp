#include "actors/translate/json_writer.hpp"

#include "actors/translate/utf8.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace settle::actors {

namespace {

bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/// A high bit for some byte where one of the eight is not plain; none where all are.
std::uint64_t not_plain(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  const auto is_zero = [](std::uint64_t x) { return (x - ones) & ~x; };
  const auto found = (bytes - ' ' * ones)               // below the space
                     | (bytes + ones) | bytes           // DEL, and all above
                     | is_zero(bytes ^ ('"' * ones))    //
                     | is_zero(bytes ^ ('\\' * ones));  //
  return found & 0x8080808080808080u;
}

template <class Part>
std::uint64_t load(const char* from) {
  Part part{};
  std::memcpy(&part, from, sizeof part);
  return part;
}

/// Looks at eight bytes at a time, the last ones over those before.
bool all_plain(std::string_view value) {
  const char* from = value.data();
  const auto size = value.size();
  std::uint64_t found = 0;
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 <= size; at += 8)
      found |= not_plain(load<std::uint64_t>(from + at));
    return (found | not_plain(load<std::uint64_t>(from + size - 8))) == 0;
  }
  if (size >= 4)
    return not_plain(load<std::uint32_t>(from) | load<std::uint32_t>(from + size - 4) << 32) == 0;
  return std::all_of(value.begin(), value.end(), is_plain);
}

template <class Write>
void write_hard(text_buffer& out, Write write) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  write(writer);
  out.add({buffer.GetString(), buffer.GetSize()});
}

template <class Whole>
void write_whole(text_buffer& out, Whole value) {
  const fmt::format_int digits(value);
  out.add({digits.data(), digits.size()});
}

}  // namespace

void json_writer::put(std::string_view value) {
  if (all_plain(value)) {
    auto* to = out_.room(value.size() + 2);
    *to++ = '"';
    to = std::copy_n(value.data(), value.size(), to);
    *to = '"';
    return out_.wrote(to + 1);
  }
  const std::string mended = is_utf8(value) ? std::string{} : valid_utf8(value);
  const std::string_view valid = mended.empty() ? value : mended;
  write_hard(out_,
             [valid](auto& w) { w.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size())); });
}

void json_writer::number(std::uint64_t value) {
  write_whole(out_, value);
}

void json_writer::number(std::int64_t value) {
  write_whole(out_, value);
}

void json_writer::decimal(std::int64_t milliseconds) {
  number(milliseconds / 1000);
  const auto rest = static_cast<int>(milliseconds % 1000);
  const auto digit = [](int value) { return static_cast<char>('0' + value); };
  const char digits[] = {'.', digit(rest / 100), digit(rest / 10 % 10), digit(rest % 10)};
  out_.add(std::string_view(digits, rest % 10 != 0 ? 4u : rest % 100 != 0 ? 3u : 2u));
}

void json_writer::real(double value) {
  write_hard(out_, [value](auto& w) { w.Double(value); });
}

}  // namespace settle::actors

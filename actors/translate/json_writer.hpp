// One JSON value on one line, written field by field: the only place that knows RapidJSON. A journal has a line for each
// transition of a million items, so what is plain (text without anything to escape, whole numbers, seconds) is appended as
// it stands; RapidJSON writes the rest. Text that is no UTF-8 is mended on the way (U+FFFD), so that the line always is
// JSON. Knows no events.
#pragma once

#include "actors/translate/utf8.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::actors {

/// Text that grows, written through a pointer: a std::string's append costs more than most of what is appended.
class text_buffer {
public:
  text_buffer() : text_(capacity_at_first, '\0'), end_(text_.data()) {}
  text_buffer(const text_buffer&) = delete;
  text_buffer& operator=(const text_buffer&) = delete;

  /// Where at least `size` characters can be written; `wrote` tells how far that went.
  char* room(std::size_t size) {
    if (size > static_cast<std::size_t>(text_.data() + text_.size() - end_))
      grow(size);
    return end_;
  }
  void wrote(char* end) { end_ = end; }
  void add(std::string_view text) {
    auto* to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    wrote(to + text.size());
  }
  void add(char c) {
    auto* to = room(1);
    *to = c;
    wrote(to + 1);
  }
  std::string take() {
    std::string out(text_.data(), end_);  // as long as it is: many are kept for a moment
    end_ = text_.data();
    return out;
  }

private:
  static constexpr std::size_t capacity_at_first = 500;  // the longer lines of a journal
  void grow(std::size_t size) {
    const auto used = static_cast<std::size_t>(end_ - text_.data());
    text_.resize(std::max(text_.size() * 2, used + size));
    end_ = text_.data() + used;
  }

  std::string text_;
  char* end_;
};

class json_writer {
public:
  void open() { begin_value(), open_with('{'); }
  void open(std::string_view name) { key(name), open_with('{'); }
  void close() { close_with('}'); }
  void open_list(std::string_view name) { key(name), open_with('['); }
  void close_list() { close_with(']'); }

  /// A string as an element of a list.
  void element(std::string_view value) { begin_value(), put(value); }
  void text(std::string_view name, std::string_view value) { key(name), put(value); }
  void text_or_null(std::string_view name, std::string_view value) {
    value.empty() ? null(name) : text(name, value);
  }
  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty())
      text(name, value);
  }

  /// A list of strings.
  void texts(std::string_view name, const std::vector<std::string>& values) {
    open_list(name);
    for (const std::string& value : values)
      element(value);
    close_list();
  }

  /// A value that is JSON already, as an object or list of its own.
  void json(std::string_view name, std::string_view value) { key(name), out_.add(value); }
  void json(std::string_view element) { begin_value(), out_.add(element); }

  void null(std::string_view name) { key(name), out_.add("null"); }
  void truth(std::string_view name, bool value) { key(name), out_.add(value ? "true" : "false"); }
  void whole(std::string_view name, std::uint64_t value) { key(name), number(value); }
  void whole_or_null(std::string_view name, std::optional<std::int64_t> value) {
    value ? (key(name), number(*value)) : null(name);
  }
  void whole_if_any(std::string_view name, std::optional<std::int64_t> value) {
    if (value)
      whole_or_null(name, value);
  }
  /// JSON has no word for infinity and NaN: they count as absent.
  void real_or_null(std::string_view name, std::optional<double> value) {
    value&& std::isfinite(*value) ? (key(name), real(*value)) : null(name);
  }
  void real_if_any(std::string_view name, std::optional<double> value) {
    if (value && std::isfinite(*value))
      real_or_null(name, value);
  }

  /// Milliseconds as seconds: the text that real_if_any gives the same number.
  void seconds(std::string_view name, std::int64_t milliseconds) {
    constexpr std::int64_t exact = 1'000'000'000'000'000;
    if (milliseconds < 0 || milliseconds >= exact)
      return real_or_null(name, static_cast<double>(milliseconds) / 1000.0);
    key(name);
    number(milliseconds / 1000);
    const auto rest = static_cast<int>(milliseconds % 1000);
    const char digits[] = {'.', digit(rest / 100), digit(rest / 10 % 10), digit(rest % 10)};
    out_.add(std::string_view(digits, rest % 10 != 0 ? 4u : rest % 100 != 0 ? 3u : 2u));
  }

  /// What was written since the last call; a long value can be taken in pieces.
  std::string take() { return out_.take(); }

private:
  static char digit(int value) { return static_cast<char>('0' + value); }
  static bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

  void begin_value() {
    if (!first_)
      out_.add(',');
    first_ = false;
  }
  void open_with(char bracket) {
    out_.add(bracket);
    first_ = true;
  }
  void close_with(char bracket) {
    out_.add(bracket);
    first_ = false;
  }
  void key(std::string_view name) {
    auto* to = out_.room(name.size() + 4);
    *to = ',';
    to += std::exchange(first_, false) ? 0 : 1;
    *to++ = '"';
    to = std::copy(name.begin(), name.end(), to);
    *to++ = '"';
    *to++ = ':';
    out_.wrote(to);
  }
  static bool all_plain(std::string_view value) {
    bool plain = true;
    for (const char c : value)
      plain = plain && is_plain(c);
    return plain;
  }
  void put(std::string_view value) {
    if (all_plain(value)) {
      auto* to = out_.room(value.size() + 2);
      *to++ = '"';
      to = std::copy(value.begin(), value.end(), to);
      *to++ = '"';
      return out_.wrote(to);
    }
    const std::string mended = is_utf8(value) ? std::string{} : valid_utf8(value);
    const std::string_view valid = mended.empty() ? value : mended;
    hard([valid](auto& w) { w.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size())); });
  }
  template <class Whole>
  void number(Whole value) {
    constexpr std::size_t longest = 24;
    auto* to = out_.room(longest);
    out_.wrote(std::to_chars(to, to + longest, value).ptr);
  }
  void real(double value) {
    hard([value](auto& w) { w.Double(value); });
  }
  template <class Write>
  void hard(Write write) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    write(writer);
    out_.add({buffer.GetString(), buffer.GetSize()});
  }

  text_buffer out_;
  bool first_ = true;  ///< of the object or list that is open
};

}  // namespace settle::actors

// One JSON value on one line, written field by field; its .cpp is the only place that knows RapidJSON. A journal has a line
// for each transition of a million items, so what is plain (text without anything to escape, whole numbers, seconds) is
// appended as it stands; RapidJSON writes the rest. Text that is no UTF-8 is mended on the way (U+FFFD), so that the line
// always is JSON. Knows no events.
#pragma once

#include "actors/translate/text_buffer.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::actors {

class json_writer {
public:
  void open() { begin_value(), open_with('{'); }
  void open(std::string_view name) { key(name), open_with('{'); }
  void close() { close_with('}'); }
  void open_list(std::string_view name) { key(name), open_with('['); }
  void close_list() { close_with(']'); }

  /// A string as an element of a list.
  void element(std::string_view value) { begin_value(), put(value); }
  [[gnu::always_inline]] void text(std::string_view name, std::string_view value) { key(name), put(value); }
  [[gnu::always_inline]] void text_or_null(std::string_view name, std::string_view value) {
    value.empty() ? null(name) : text(name, value);
  }
  [[gnu::always_inline]] void text_if_any(std::string_view name, std::string_view value) {
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

  [[gnu::always_inline]] void null(std::string_view name) { key(name), out_.add("null"); }
  [[gnu::always_inline]] void truth(std::string_view name, bool value) {
    key(name), out_.add(value ? "true" : "false");
  }
  [[gnu::always_inline]] void whole(std::string_view name, std::uint64_t value) { key(name), number(value); }
  [[gnu::always_inline]] void whole_or_null(std::string_view name, std::optional<std::int64_t> value) {
    value ? (key(name), number(*value)) : null(name);
  }
  [[gnu::always_inline]] void whole_if_any(std::string_view name, std::optional<std::int64_t> value) {
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
  [[gnu::always_inline]] void seconds(std::string_view name, std::int64_t milliseconds) {
    constexpr std::int64_t exact = 1'000'000'000'000'000;
    if (milliseconds < 0 || milliseconds >= exact)
      return real_or_null(name, static_cast<double>(milliseconds) / 1000.0);
    key(name);
    decimal(milliseconds);
  }

  /// Ends a line of several values that go out together.
  void end_line() { out_.add('\n'), first_ = true; }

  /// How much was written since the last `take`.
  std::size_t size() const { return out_.size(); }
  /// What was written since the last call; a long value can be taken in pieces.
  std::string take() { return out_.take(); }

private:
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
  /// Inlined where the name is known: a few moves.
  [[gnu::always_inline]] void key(std::string_view name) {
    auto* to = out_.room(name.size() + 4);
    *to = ',';
    to += std::exchange(first_, false) ? 0 : 1;
    *to++ = '"';
    std::memcpy(to, name.data(), name.size());
    to += name.size();
    std::memcpy(to, "\":", 2);
    out_.wrote(to + 2);
  }
  void put(std::string_view value);
  void number(std::uint64_t value);
  void number(std::int64_t value);
  void decimal(std::int64_t milliseconds);
  void real(double value);

  text_buffer out_;
  bool first_ = true;  ///< of the object or list that is open
};

}  // namespace settle::actors

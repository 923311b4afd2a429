// One JSON value on one line, written field by field: the only place that knows RapidJSON. Text that is no
// UTF-8 is mended on the way (U+FFFD), so that the line always is JSON. Knows no events.
#pragma once

#include "actors/translate/utf8.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::actors {

class json_writer {
public:
  void open() { json_.StartObject(); }
  void open(std::string_view name) { key(name), json_.StartObject(); }
  void close() { json_.EndObject(); }
  void open_list(std::string_view name) { key(name), json_.StartArray(); }
  void close_list() { json_.EndArray(); }

  /// A string as an element of a list.
  void element(std::string_view value) {
    if (is_utf8(value))
      return put(value);
    put(valid_utf8(value));
  }
  void text(std::string_view name, std::string_view value) { key(name), element(value); }
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
  void json(std::string_view name, std::string_view value) { key(name), json(value); }
  void json(std::string_view element) {
    json_.RawValue(element.data(), element.size(), rapidjson::kObjectType);
  }

  void null(std::string_view name) { key(name), json_.Null(); }
  void truth(std::string_view name, bool value) { key(name), json_.Bool(value); }
  void whole(std::string_view name, std::uint64_t value) { key(name), json_.Uint64(value); }
  void whole_or_null(std::string_view name, std::optional<std::int64_t> value) {
    value ? (key(name), void(json_.Int64(*value))) : null(name);
  }
  void whole_if_any(std::string_view name, std::optional<std::int64_t> value) {
    if (value)
      whole_or_null(name, value);
  }
  /// JSON has no word for infinity and NaN: they count as absent.
  void real_or_null(std::string_view name, std::optional<double> value) {
    value&& std::isfinite(*value) ? (key(name), void(json_.Double(*value))) : null(name);
  }
  void real_if_any(std::string_view name, std::optional<double> value) {
    if (value && std::isfinite(*value))
      real_or_null(name, value);
  }

  /// What was written since the last call; a long value can be taken in pieces.
  std::string take() {
    std::string piece(buffer_.GetString(), buffer_.GetSize());
    buffer_.Clear();
    return piece;
  }

private:
  void key(std::string_view name) { json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void put(std::string_view valid) {
    json_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_{buffer_};
};

}  // namespace settle::actors

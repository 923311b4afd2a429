// Fields of one parsed JSON object, by name and type: what the readers of event and journal lines share. A field of the
// wrong type makes the whole line none of ours; a field that is null or missing is absent. Knows no events.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace settle::actors {

/// Reads fields of one object. A field of the wrong type makes the whole line none of ours.
class line_reader {
public:
  explicit line_reader(simdjson::dom::object o) : object_(o) {}
  bool ok() const noexcept { return ok_; }

  std::string text(std::string_view name) {
    std::string_view value;
    return present(name) && good(field_.get(value)) ? std::string(value) : std::string{};
  }
  template <class T>
  std::optional<T> whole(std::string_view name) {
    if (!present(name))
      return std::nullopt;
    return std::is_signed_v<T> ? narrow<T, std::int64_t>() : narrow<T, std::uint64_t>();
  }
  /// A list of strings; where it is there it must not be empty.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    simdjson::dom::array list;
    if (!present(name) || !good(field_.get(list)))
      return out;
    for (const auto element : list) {
      std::string_view value;
      if (good(element.get(value)))
        out.emplace_back(value);
    }
    ok_ = ok_ && !out.empty();
    return out;
  }
  std::optional<double> real(std::string_view name) {
    double value = 0;
    if (!present(name) || !good(field_.get(value)))
      return std::nullopt;
    return value;
  }
  bool truth(std::string_view name) {
    bool value = false;
    return present(name) && good(field_.get(value)) && value;
  }
  /// A word of a fixed list; `fallback` where it is null or left out.
  template <class T>
  T word(std::string_view name, std::optional<T> (*from_text)(std::string_view) noexcept, T fallback) {
    const std::string said = text(name);
    if (said.empty())
      return fallback;
    const std::optional<T> value = from_text(said);
    ok_ = ok_ && value.has_value();
    return value.value_or(fallback);
  }
  std::optional<simdjson::dom::object> inner(std::string_view name) {
    simdjson::dom::object value;
    if (!present(name) || !good(field_.get(value)))
      return std::nullopt;
    return value;
  }
  void need(bool condition) { ok_ = ok_ && condition; }

private:
  bool present(std::string_view name) {
    return object_.at_key(name).get(field_) == simdjson::SUCCESS && !field_.is_null();
  }
  bool good(simdjson::error_code code) {
    ok_ = ok_ && code == simdjson::SUCCESS;
    return code == simdjson::SUCCESS;
  }
  template <class T, class Wide>
  std::optional<T> narrow() {
    Wide value{};
    if (!good(field_.get(value)) || !std::in_range<T>(value)) {
      ok_ = false;
      return std::nullopt;
    }
    return static_cast<T>(value);
  }
  simdjson::dom::object object_;
  simdjson::dom::element field_;
  bool ok_ = true;
};

}  // namespace settle::actors

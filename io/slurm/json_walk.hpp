// Walking through an answer in JSON with simdjson, a value at a time and in the order in which it stands there. Slurm's
// shapes differ from release to release, so fields are looked up in a table of rules, never expected at a place; what
// no rule names is passed over unread, whatever it holds. Knows JSON, nothing of Slurm. Private to io/slurm.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace settle::slurm {

using json_value = simdjson::ondemand::value;
using json_kind = simdjson::ondemand::json_type;

class json_walk {
public:
  explicit json_walk(std::string_view document) : document_(document) {}

  /// Not SUCCESS: the document ends early or is no JSON; what was read from it until then is void.
  simdjson::error_code broken() const noexcept { return broken_; }
  void broke(simdjson::error_code error) noexcept {
    if (broken_ == simdjson::SUCCESS)
      broken_ = error;
  }

  /// Nothing for what is no JSON value (NaN, say): only that one value is unreadable, not the document.
  static std::optional<json_kind> kind_of(json_value& v) noexcept {
    json_kind kind{};
    return v.type().get(kind) == simdjson::SUCCESS ? std::optional(kind) : std::nullopt;
  }

  /// The document from this value on.
  std::string_view text_from(json_value& v) const {
    const std::string_view token = v.raw_json_token();
    return document_.substr(static_cast<std::size_t>(token.data() - document_.data()));
  }

  /// Calls f(key, value) for each field. False when `v` is no object, or the document broke in it.
  template <class F>
  bool each_field(json_value& v, F&& f) {
    simdjson::ondemand::object object;
    if (kind_of(v) != json_kind::object)
      return false;
    if (const auto error = v.get_object().get(object))
      return broke(error), false;
    for (auto entry : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(entry).get(field))
        return broke(error), false;
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key))
        return broke(error), false;
      f(key, field.value());
      if (broken_ != simdjson::SUCCESS)
        return false;
    }
    return true;
  }

  /// Calls f(value) for each element. False when `v` is no array, or the document broke in it.
  template <class F>
  bool each_element(json_value& v, F&& f) {
    simdjson::ondemand::array array;
    if (kind_of(v) != json_kind::array)
      return false;
    if (const auto error = v.get_array().get(array))
      return broke(error), false;
    for (auto entry : array) {
      json_value element;
      if (const auto error = std::move(entry).get(element))
        return broke(error), false;
      f(element);
      if (broken_ != simdjson::SUCCESS)
        return false;
    }
    return true;
  }

private:
  std::string_view document_;
  simdjson::error_code broken_ = simdjson::SUCCESS;
};

/// One field of an object: how it is read into an `Out`. `read` says false for a value it cannot be.
template <class Out>
struct json_rule {
  std::string_view key;
  bool (*read)(json_walk&, json_value&, Out&);
};

/// Reads every field that has a rule, in whatever order they come. `wrong` becomes the first one that its rule could
/// not read; the others are read all the same. False when `v` is no object, or the document broke in it.
template <class Out, std::size_t N>
bool read_fields(json_walk& in, json_value& v, const std::array<json_rule<Out>, N>& rules, Out& out,
                 std::string_view& wrong) {
  return in.each_field(v, [&](std::string_view key, json_value value) {
    for (const auto& rule : rules) {
      if (rule.key != key)
        continue;
      if (!rule.read(in, value, out) && wrong.empty())
        wrong = rule.key;
      return;
    }
  });
}

/// The same for an object inside an object. null is an object without fields.
template <class Out, std::size_t N>
bool read_nested(json_walk& in, json_value& v, const std::array<json_rule<Out>, N>& rules, Out& out) {
  if (json_walk::kind_of(v) == json_kind::null)
    return true;
  std::string_view wrong;
  return read_fields(in, v, rules, out, wrong) && wrong.empty();
}

}  // namespace settle::slurm

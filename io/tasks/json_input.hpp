// A document being read with simdjson: typed values, the places of everything, and the problems found so far.
// Knows JSON and places, no field of a task. After a syntax error (`broken`) every reader returns at once.
#pragma once

#include "io/tasks/document.hpp"

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace settle::tasks {

inline constexpr std::string_view json_blanks = " \t\r\n";

/// A text as simdjson reads it: without a byte order mark, and with room behind it.
class json_text {
public:
  explicit json_text(std::string text);

  std::string_view text() const { return std::string_view(padded_).substr(start_, size_); }
  bool blank() const;  ///< nothing but white space
  simdjson::padded_string_view padded() const {
    return simdjson::padded_string_view(padded_.data() + start_, size_, padded_.size() - start_);
  }

private:
  std::string padded_;
  std::size_t start_, size_;
};

class json_input {
public:
  using value = simdjson::ondemand::value;
  using object = simdjson::ondemand::object;
  using array = simdjson::ondemand::array;
  using kind = simdjson::ondemand::json_type;

  /// The text must outlive it.
  explicit json_input(const json_text& text) : text_(text.text()), padded_(text.padded()) {}

  // --- places and problems ---
  place where(const char* at);
  place where(value& v);
  void problem_at(place, std::string words);
  /// One warning for each subject, at its first place; `words` is asked for only then.
  void warn_once(place, std::string_view subject, std::string words);
  bool broken() const { return broken_; }
  void broke(simdjson::error_code);
  /// Sorts, adds the syntax error (if any) and hands over.
  void finish(parsed&);

  // --- values; `name` is how problems call them ---
  /// False on a syntax error only.
  bool kind_of(value& v, kind& out);
  bool is_null(value& v);  ///< reads it when it is
  /// A string without NUL. Else a problem, and false.
  bool text(value& v, std::string_view name, std::string& out);
  bool whole_number(value& v, std::string_view name, std::int64_t least, std::int64_t most,
                    std::int64_t& out);
  /// Reads over a value, checking its syntax.
  void skip(value& v);
  /// Asks for a kind; another is a problem ("`name` must be …, not …") and read over.
  bool is_kind(value& v, kind wanted, std::string_view name);

  /// Calls f(the document, its kind, its place); where f says true, it has read it, and nothing may follow.
  template <class F>
  void read_root(F&& f);
  /// Calls f(key, its place, value) for each field; f must read the value or skip it.
  template <class F>
  void each_field(object o, F&& f);
  /// Calls f(value, place) for each element.
  template <class F>
  void each_element(array a, F&& f);
  /// The same for a value that must be an object or a list.
  template <class F>
  bool fields_of(value& v, std::string_view name, F&& f);
  template <class F>
  bool elements_of(value& v, std::string_view name, F&& f);
  /// A list of strings.
  void texts(value& v, std::string_view name, std::vector<std::string>& out,
             std::vector<place>* places = nullptr);

private:
  void refuse_kind(value& v, std::string_view wanted, std::string_view name);
  void slice(value& v, std::string_view& out);
  void add_syntax_problem();

  simdjson::ondemand::parser parser_;
  std::string_view text_;
  simdjson::padded_string_view padded_;
  std::size_t line_start_ = 0;  // of the line the last place stood in
  std::size_t counted_to_ = 0;  // newlines before this offset are in line_
  std::uint32_t line_ = 1;
  bool broken_ = false;
  simdjson::error_code why_broken_ = simdjson::SUCCESS;
  std::size_t untold_ = 0;
  std::vector<problem> problems_;
  std::vector<problem> warnings_;
  std::map<std::string, std::size_t, std::less<>> warned_;  // how often each subject stood
  std::vector<std::size_t> warning_counts_;
};

/// The keys of one object whose keys are free, to refuse a second one.
class seen_keys {
public:
  /// True the first time; else a problem is told.
  bool first(json_input&, std::string_view key, place at);

private:
  std::unordered_map<std::string, place> places_;
};

std::string line_and_column(place);

template <class F>
void json_input::read_root(F&& f) {
  simdjson::ondemand::document json;
  kind k{};
  if (const auto error = parser_.iterate(padded_).get(json))
    return broke(error);
  if (const auto error = json.type().get(k))
    return broke(error);
  const place start = where(text_.data() + text_.find_first_not_of(json_blanks));
  // current_location is out of bounds exactly when nothing follows.
  if (f(json, k, start) && !broken_ && json.current_location().error() != simdjson::OUT_OF_BOUNDS)
    broke(simdjson::TRAILING_CONTENT);
}

template <class F>
void json_input::each_field(object o, F&& f) {
  for (auto entry : o) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(entry).get(field))
      return broke(error);
    const place at = where(field.key().raw() - 1);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key))
      return broke(error);
    f(key, at, field.value());
    if (broken_)
      return;
  }
}

template <class F>
void json_input::each_element(array a, F&& f) {
  for (auto entry : a) {
    value v;
    if (const auto error = std::move(entry).get(v))
      return broke(error);
    f(v, where(v));
    if (broken_)
      return;
  }
}

template <class F>
bool json_input::fields_of(value& v, std::string_view name, F&& f) {
  if (!is_kind(v, kind::object, name))
    return false;
  object o;
  if (const auto error = v.get_object().get(o))
    return broke(error), false;
  each_field(o, f);
  return !broken_;
}

template <class F>
bool json_input::elements_of(value& v, std::string_view name, F&& f) {
  if (!is_kind(v, kind::array, name))
    return false;
  array a;
  if (const auto error = v.get_array().get(a))
    return broke(error), false;
  each_element(a, f);
  return !broken_;
}

}  // namespace settle::tasks

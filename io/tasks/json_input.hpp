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

class json_input {
public:
  using value = simdjson::ondemand::value;
  using object = simdjson::ondemand::object;
  using array = simdjson::ondemand::array;
  using kind = simdjson::ondemand::json_type;

  explicit json_input(std::string_view text) : text_(text) {}

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

  std::string_view text_;
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

// Slurm's values in JSON, in every spelling since 21.08: a number may stand alone, as {set, infinite, number} or as a
// word, a state as one word or a list, an exit code in four ways. One reader each, which takes all of them; none asks
// for a version. A reader says false for a value it cannot be; "unset" is no such value, but nothing. Private to
// io/slurm.
#pragma once

#include "io/slurm/json_walk.hpp"
#include "io/slurm/records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace settle::slurm {

/// A whole number: 5, 5.0, "5", {"set": true, "infinite": false, "number": 5}. Absent: null, "", "Infinity", unset,
/// infinite, NO_VAL and INFINITE in 32 and 64 bits, and what does not fit.
using json_number = std::optional<std::int64_t>;
bool read_number(json_walk&, json_value&, json_number&);

/// Seconds since 1970; 0 is "not yet" and absent, and so is what lies before.
bool read_time(json_walk&, json_value&, json_number&);

/// A string; null is an empty one.
bool read_text(json_walk&, json_value&, std::string&);

/// One string or a list of them, each of them handed to f(word).
template <class F>
bool each_word(json_walk& in, json_value& v, F&& f);

/// "FAILED", ["FAILED", "COMPLETING"], {"current": …}. The word of several is "FAILED+COMPLETING".
struct shown_state {
  job_state state;
  std::string word;  ///< empty: none was shown
};
bool read_state(json_walk&, json_value&, shown_state&);

/// A raw wait status, alone or as {set, infinite, number}; or {"status", "return_code", "signal"}. A return code is
/// believed only where the status is a list that says how the job ended: up to 23.02 it is one word, and sacct prints
/// SUCCESS and 0 for every exit that was no signal.
bool read_code(json_walk&, json_value&, code&);

/// "0x1A" to "1,3-4": the bits of sacct's array.task, the last digit first. Any other text as it stands.
std::string task_expression(std::string_view tasks);

/// Fills `out` from what an array's record shows: its own id (0 or nothing: no array), and one task or those that still
/// wait. Where neither is shown (a whole array, cancelled before it began) text calls it no array, and so does this.
/// False for an id or tasks that are cut or unreadable.
bool read_array(const json_number& array_job, const json_number& task, std::string_view tasks,
                array_tasks& out);

/// Slurm's ids have 32 bits, and 0 is none.
std::optional<std::uint64_t> job_id_of(const json_number&) noexcept;
/// The array's id of a record that shows one; else the job's own.
std::optional<std::uint64_t> array_of(const json_number& array_job,
                                      std::optional<std::uint64_t> job) noexcept;

/// Absent where it does not fit, or is below zero.
template <class Int>
std::optional<Int> count_of(const json_number& value) noexcept {
  if (!value || *value < 0 || !std::in_range<Int>(*value))
    return std::nullopt;
  return static_cast<Int>(*value);
}

template <class F>
bool each_word(json_walk& in, json_value& v, F&& f) {
  const auto word = [&](json_value& one) {
    std::string_view text;
    if (json_walk::kind_of(one) != json_kind::string || one.get_string().get(text) != simdjson::SUCCESS)
      return false;
    f(text);
    return true;
  };
  if (json_walk::kind_of(v) == json_kind::string)
    return word(v);
  bool all = true;
  return in.each_element(v, [&](json_value element) { all = word(element) && all; }) && all;
}

// --- rules for the members of an Out ---

template <class Out, json_number Out::*Member>
constexpr json_rule<Out> number_rule(std::string_view key) {
  return {key, [](json_walk& in, json_value& v, Out& out) { return read_number(in, v, out.*Member); }};
}
template <class Out, json_number Out::*Member>
constexpr json_rule<Out> time_rule(std::string_view key) {
  return {key, [](json_walk& in, json_value& v, Out& out) { return read_time(in, v, out.*Member); }};
}
template <class Out, std::string Out::*Member>
constexpr json_rule<Out> text_rule(std::string_view key) {
  return {key, [](json_walk& in, json_value& v, Out& out) { return read_text(in, v, out.*Member); }};
}
template <class Out, code Out::*Member>
constexpr json_rule<Out> code_rule(std::string_view key) {
  return {key, [](json_walk& in, json_value& v, Out& out) { return read_code(in, v, out.*Member); }};
}
template <class Out, shown_state Out::*Member>
constexpr json_rule<Out> state_rule(std::string_view key) {
  return {key, [](json_walk& in, json_value& v, Out& out) { return read_state(in, v, out.*Member); }};
}

}  // namespace settle::slurm

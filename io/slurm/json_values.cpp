#include "io/slurm/json_values.hpp"

#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace settle::slurm {
namespace {

constexpr std::int64_t no_val = 0xfffffffe;    // slurm.h: NO_VAL
constexpr std::int64_t infinite = 0xffffffff;  // slurm.h: INFINITE
constexpr double beyond_int64 = 9.2e18;

json_number without_marks(std::int64_t value) noexcept {
  return value == no_val || value == infinite ? json_number{} : value;
}

/// The token of a number and whatever blanks stand behind it.
bool number_token(std::string_view token, json_number& out) {
  token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
  const auto* const end = token.data() + token.size();
  std::int64_t whole = 0;
  if (const auto [stop, problem] = std::from_chars(token.data(), end, whole); stop == end) {
    out = problem == std::errc{} ? without_marks(whole) : json_number{};
    return !token.empty();
  }
  double value = 0;
  const auto [stop, problem] = std::from_chars(token.data(), end, value);
  if (stop != end || (problem == std::errc{} && std::trunc(value) != value))
    return false;
  const bool fits = problem == std::errc{} && std::abs(value) < beyond_int64;
  out = fits ? without_marks(static_cast<std::int64_t>(value)) : json_number{};
  return true;
}

bool is_word_for_nothing(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 6> words{"", "Infinity", "NaN", "None", "N/A", "Unknown"};
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool number_text(json_value& v, json_number& out) {
  std::string_view text;
  if (v.get_string().get(text) != simdjson::SUCCESS)
    return false;
  out.reset();
  return is_word_for_nothing(text) || number_token(text, out);
}

bool read_truth(json_walk&, json_value& v, bool& out) {
  return v.get_bool().get(out) == simdjson::SUCCESS;
}

/// {"set": true, "infinite": false, "number": 5}.
struct tri_state {
  bool set = true;
  bool infinite = false;
  bool has_number = false;
  json_number number;

  json_number value() const noexcept { return set && !infinite ? number : json_number{}; }
};

constexpr std::array<json_rule<tri_state>, 3> tri_rules{{
    {"set", [](json_walk& in, json_value& v, tri_state& out) { return read_truth(in, v, out.set); }},
    {"infinite",
     [](json_walk& in, json_value& v, tri_state& out) { return read_truth(in, v, out.infinite); }},
    {"number",
     [](json_walk& in, json_value& v, tri_state& out) {
       out.has_number = true;
       return read_number(in, v, out.number);
     }},
}};

/// An exit code's object: of a wait status (a tri-state), or of its parts.
struct code_parts {
  tri_state raw;
  bool status_is_list = false;
  bool status_says_exit = false;
  json_number return_code;
  json_number signal;
};

/// "SUCCESS" or ["SIGNALED"]; also ERROR, CORE_DUMPED, PENDING, INVALID.
bool read_status(json_walk& in, json_value& v, code_parts& out) {
  const auto kind = json_walk::kind_of(v);
  if (kind == json_kind::null)
    return true;
  out.status_is_list = kind == json_kind::array;
  return each_word(
      in, v, [&](std::string_view word) { out.status_says_exit = word == "SUCCESS" || word == "ERROR"; });
}

/// {"signal_id": 9} up to 22.05, {"id": {"set": …}} since 23.11.
bool read_signal(json_walk& in, json_value& v, code_parts& out) {
  static constexpr std::array<json_rule<code_parts>, 2> rules{{
      number_rule<code_parts, &code_parts::signal>("id"),
      number_rule<code_parts, &code_parts::signal>("signal_id"),
  }};
  return json_walk::kind_of(v) == json_kind::object ? read_nested(in, v, rules, out)
                                                    : read_number(in, v, out.signal);
}

constexpr std::array<json_rule<code_parts>, 6> code_rules{{
    {"status", read_status},
    number_rule<code_parts, &code_parts::return_code>("return_code"),
    {"signal", read_signal},
    {"set", [](json_walk& in, json_value& v, code_parts& out) { return tri_rules[0].read(in, v, out.raw); }},
    {"infinite",
     [](json_walk& in, json_value& v, code_parts& out) { return tri_rules[1].read(in, v, out.raw); }},
    {"number",
     [](json_walk& in, json_value& v, code_parts& out) { return tri_rules[2].read(in, v, out.raw); }},
}};

code code_of(const code_parts& parts) {
  if (parts.raw.has_number) {
    const auto raw = parts.raw.value();
    return raw ? decode_wait_status(*raw) : code{};
  }
  if (parts.signal.value_or(0) > 0 && *parts.signal <= 127)
    return {0, static_cast<std::int32_t>(*parts.signal)};
  const auto exit = parts.return_code.value_or(-1);
  if (!parts.status_is_list || !parts.status_says_exit || exit < 0 || exit > 255)
    return {};
  return {static_cast<std::int32_t>(exit), 0};
}

void add_range(std::string& out, std::size_t first, std::size_t last) {
  if (!out.empty())
    out += ',';
  out += std::to_string(first);
  if (last > first)
    out += '-' + std::to_string(last);
}

}  // namespace

bool read_number(json_walk& in, json_value& v, json_number& out) {
  switch (json_walk::kind_of(v).value_or(json_kind::boolean)) {
  case json_kind::number:
    return number_token(v.raw_json_token(), out);
  case json_kind::string:
    return number_text(v, out);
  case json_kind::null:
    out.reset();
    return true;
  case json_kind::object: {
    tri_state tri;
    if (!read_nested(in, v, tri_rules, tri) || !tri.has_number)
      return false;
    out = tri.value();
    return true;
  }
  case json_kind::array:
  case json_kind::boolean:
    break;
  }
  return false;
}

bool read_time(json_walk& in, json_value& v, json_number& out) {
  if (!read_number(in, v, out))
    return false;
  if (out && *out <= 0)
    out.reset();
  return true;
}

bool read_text(json_walk&, json_value& v, std::string& out) {
  if (json_walk::kind_of(v) == json_kind::null)
    return true;
  std::string_view text;
  if (json_walk::kind_of(v) != json_kind::string || v.get_string().get(text) != simdjson::SUCCESS)
    return false;
  out = text;
  return true;
}

bool read_state(json_walk& in, json_value& v, shown_state& out) {
  if (json_walk::kind_of(v) == json_kind::object) {
    static constexpr std::array<json_rule<shown_state>, 1> rules{{{"current", read_state}}};
    return read_nested(in, v, rules, out);
  }
  return each_word(in, v, [&](std::string_view word) {
    const auto one = state_from_text(word);
    if (!out.state.base)
      out.state.base = one.base;
    out.state.flags |= one.flags;
    out.state.canceller_known |= one.canceller_known;
    if (!out.word.empty())
      out.word += '+';
    out.word += word;
  });
}

bool read_code(json_walk& in, json_value& v, code& out) {
  const auto kind = json_walk::kind_of(v);
  if (kind == json_kind::object) {
    code_parts parts;
    if (!read_nested(in, v, code_rules, parts))
      return false;
    out = code_of(parts);
    return true;
  }
  if (kind == json_kind::string) {
    std::string text;
    const bool read = read_text(in, v, text);
    out = parse_code_pair(text);
    return read;
  }
  json_number raw;
  if (!read_number(in, v, raw))
    return false;
  out = raw ? decode_wait_status(*raw) : code{};
  return true;
}

std::string task_expression(std::string_view tasks) {
  if (!tasks.starts_with("0x"))
    return std::string(tasks);
  std::string out;
  std::optional<std::size_t> first;
  std::size_t task = 0;
  const auto end_range = [&] {
    if (first)
      add_range(out, *first, task - 1);
    first.reset();
  };
  for (auto digit = tasks.rbegin(); digit != tasks.rend() && *digit != 'x'; ++digit) {
    unsigned bits = 0;
    if (std::from_chars(&*digit, &*digit + 1, bits, 16).ec != std::errc{})
      return {};
    for (int i = 0; i < 4; ++i, ++task, bits >>= 1) {
      if ((bits & 1u) == 0)
        end_range();
      else if (!first)
        first = task;
    }
  }
  end_range();
  return out;
}

bool read_array(const json_number& array_job, const json_number& task, std::string_view tasks,
                array_tasks& out) {
  if (array_job.value_or(0) == 0 || (!task && tasks.empty()))
    return true;
  const auto id = job_id_of(array_job);
  if (!id)
    return false;
  return field::read_tasks(*id, task ? std::to_string(*task) : task_expression(tasks), out);
}

std::optional<std::uint64_t> job_id_of(const json_number& id) noexcept {
  if (!id || *id <= 0 || *id >= no_val)
    return std::nullopt;
  return static_cast<std::uint64_t>(*id);
}

std::optional<std::uint64_t> array_of(const json_number& array_job,
                                      std::optional<std::uint64_t> job) noexcept {
  return array_job && *array_job == 0 ? job : job_id_of(array_job);
}

}  // namespace settle::slurm

// The fields of one JSON object by name and type, in one forward pass over its keys: what the readers of journal lines
// share. A field that is null counts as left out, one that no table names is passed over (a later version's); one of the
// wrong type, or given twice, makes the object none of ours. Knows no events.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace settle::actors {

/// Where the value of one key goes. `take` reads it, or returns false: it has the wrong type. `plain`: nothing is escaped
/// anywhere in the text, so that strings are read where they stand.
template <class Out>
struct field_of {
  std::string_view name;
  bool (*take)(Out&, simdjson::ondemand::value&, bool plain);
};

namespace fields {

using simdjson::SUCCESS;
using simdjson::ondemand::value;

template <class Word>
bool same_word(const char* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}
/// Whether this key is written at `raw`, behind its opening quote. Keys are short, and this is asked some twenty times a
/// line: no call, words that may overlap. Reads up to the key's length: the parser's padding makes that safe.
inline bool is_key(std::string_view key, const char* raw) {
  const auto n = key.size();
  if (raw[n] != '"')
    return false;
  if (n > 16)
    return std::memcmp(key.data(), raw, n) == 0;
  if (n >= 8)
    return same_word<std::uint64_t>(key.data(), raw) &&
           same_word<std::uint64_t>(key.data() + n - 8, raw + n - 8);
  if (n >= 4)
    return same_word<std::uint32_t>(key.data(), raw) &&
           same_word<std::uint32_t>(key.data() + n - 4, raw + n - 4);
  return n == 0 || (key[0] == raw[0] && key[n / 2] == raw[n / 2] && key[n - 1] == raw[n - 1]);
}

template <class T>
bool put(std::optional<T>& out, value& v, bool) requires std::is_integral_v<T> {
  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide{};
  if (v.get(wide) != SUCCESS || !std::in_range<T>(wide))
    return false;
  out = static_cast<T>(wide);
  return true;
}
inline bool put(std::optional<double>& out, value& v, bool) {
  return v.get(out.emplace()) == SUCCESS;
}
inline bool put(bool& out, value& v, bool) {
  return v.get(out) == SUCCESS;
}
inline bool put(std::string_view& out, value& v, bool plain) {
  std::string_view token = v.raw_json_token();
  if (token.front() != '"')
    return false;
  if (!plain)
    return v.get(out) == SUCCESS;
  token.remove_suffix(token.size() - 1 - token.find_last_not_of(" \t\r\n"));
  simdjson::ondemand::raw_json_string read;
  out = token.substr(1, token.size() - 2);
  return v.get_raw_json_string().get(read) == SUCCESS;
}
/// A list of strings; where it is there it must not be empty.
inline bool put(std::vector<std::string_view>& out, value& v, bool plain) {
  simdjson::ondemand::array list;
  if (v.get_array().get(list) != SUCCESS)
    return false;
  for (auto entry : list) {
    value element;
    if (std::move(entry).get(element) != SUCCESS || !put(out.emplace_back(), element, plain))
      return false;
  }
  return !out.empty();
}

template <class Out, class T>
Out owner(T Out::*);

}  // namespace fields

/// The member takes the value: std::string_view (into the line, or the parser's memory), a std::vector of them, bool, or
/// std::optional of a whole number or a double.
template <auto Member>
bool take(decltype(fields::owner(Member))& out, simdjson::ondemand::value& v, bool plain) {
  return fields::put(out.*Member, v, plain);
}

/// False: no JSON, a field of the wrong type, or one given twice; which, somebody else must say. `out.strange` is set
/// where something was passed over without a look at its syntax. Quick where the keys come in the order of `table`.
template <class Out, std::size_t N>
bool read_fields(simdjson::ondemand::object& from, const std::array<field_of<Out>, N>& table, Out& out,
                 bool plain) {
  static_assert(N <= 64);
  std::uint64_t seen = 0;
  std::size_t next = 0;  // behind the field found last
  for (auto entry : from) {
    if (entry.error() != simdjson::SUCCESS)
      return false;
    simdjson::ondemand::field&& field =
        std::move(entry).value_unsafe();  // where it is: copies cost a tenth of all
    std::size_t left = N;
    for (; left > 0 && !fields::is_key(table[next].name, field.key().raw()); --left)
      next = next + 1 == N ? 0 : next + 1;
    if (left == 0) {
      out.strange = true;
      continue;
    }
    const std::uint64_t bit = std::uint64_t{1} << next;
    auto& v = field.value();
    bool null = false;
    if ((seen & bit) != 0 || v.is_null().get(null) != simdjson::SUCCESS ||
        !(null || table[next].take(out, v, plain)))
      return false;
    seen |= bit;
    next = next + 1 == N ? 0 : next + 1;
  }
  return true;
}

}  // namespace settle::actors

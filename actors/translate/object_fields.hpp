// The fields of one parsed JSON object by name and type, in one pass over its keys: what the readers of journal lines
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

namespace settle::actors {

/// Where the value of one key goes. `take` returns false for a value of the wrong type.
template <class Out>
struct field_of {
  std::string_view name;
  bool (*take)(Out&, const simdjson::dom::element&);
};

namespace fields {

template <class Word>
bool same_word(const char* a, const char* b) {
  Word x;
  Word y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}
/// Keys are short, and this is asked some twenty times a line: no call, words that may overlap.
inline bool same_key(std::string_view a, std::string_view b) {
  const auto n = a.size();
  if (n != b.size())
    return false;
  if (n > 16)
    return a == b;
  if (n >= 8)
    return same_word<std::uint64_t>(a.data(), b.data()) &&
           same_word<std::uint64_t>(a.data() + n - 8, b.data() + n - 8);
  if (n >= 4)
    return same_word<std::uint32_t>(a.data(), b.data()) &&
           same_word<std::uint32_t>(a.data() + n - 4, b.data() + n - 4);
  return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

template <class T>
bool put(std::optional<T>& out, const simdjson::dom::element& value) requires std::is_integral_v<T> {
  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide{};
  if (value.get(wide) != simdjson::SUCCESS || !std::in_range<T>(wide))
    return false;
  out = static_cast<T>(wide);
  return true;
}
inline bool put(std::optional<double>& out, const simdjson::dom::element& value) {
  return value.get(out.emplace()) == simdjson::SUCCESS;
}
inline bool put(std::optional<simdjson::dom::object>& out, const simdjson::dom::element& value) {
  return value.get(out.emplace()) == simdjson::SUCCESS;
}
inline bool put(std::string_view& out, const simdjson::dom::element& value) {
  return value.get(out) == simdjson::SUCCESS;
}
inline bool put(bool& out, const simdjson::dom::element& value) {
  return value.get(out) == simdjson::SUCCESS;
}

template <class Out, class T>
Out owner(T Out::*);

}  // namespace fields

/// The member takes the value: std::string_view (into the parser's memory), bool, or std::optional of a whole number, a
/// double or an object.
template <auto Member>
bool take(decltype(fields::owner(Member))& out, const simdjson::dom::element& value) {
  return fields::put(out.*Member, value);
}

/// False: a field of the wrong type, or given twice. Quick where the keys come in the order of `table`.
template <class Out, std::size_t N>
bool read_fields(const simdjson::dom::object& from, const std::array<field_of<Out>, N>& table, Out& out) {
  static_assert(N <= 64);
  std::uint64_t seen = 0;
  std::size_t next = 0;  // behind the field found last
  bool good = true;
  for (const auto [key, value] : from) {
    std::size_t left = N;
    for (; left > 0 && !fields::same_key(table[next].name, key); --left)
      next = next + 1 == N ? 0 : next + 1;
    if (left == 0)
      continue;
    const std::uint64_t bit = std::uint64_t{1} << next;
    const bool first = (seen & bit) == 0;
    if (!first || !(value.is_null() || table[next].take(out, value)))
      good = false;  // the others are read all the same: a version tells more than a wrong type
    seen |= bit;
    next = next + 1 == N ? 0 : next + 1;
  }
  return good;
}

}  // namespace settle::actors

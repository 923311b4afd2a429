#include "io/tasks/quantities.hpp"

#include "io/tasks/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace settle::tasks {

namespace {

constexpr std::int64_t part_max = 999'999'999;                       // nine digits: no sum overflows
constexpr std::int64_t seconds_max = std::int64_t{60} * 0x7fffffff;  // Slurm keeps minutes in 32 bits

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text[0] == '-' || error != std::errc{} || end != text.data() + text.size() ||
      value > part_max)
    return std::nullopt;
  return value;
}

/// "a:b:c" as one to three numbers; empty when it is not.
std::vector<std::int64_t> colon_parts(std::string_view text) {
  std::vector<std::int64_t> out;
  while (true) {
    const auto colon = text.find(':');
    const auto value = digits(text.substr(0, colon));
    if (!value || out.size() == 3)
      return {};
    out.push_back(*value);
    if (colon == std::string_view::npos)
      return out;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

std::optional<time_limit> read_time_limit(std::string_view text) {
  if (text == "-1" || same_word(text, "unlimited") || same_word(text, "infinite"))
    return time_limit{};
  std::int64_t days = 0;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto value = digits(text.substr(0, dash));
    if (!value)
      return std::nullopt;
    days = *value;
    text.remove_prefix(dash + 1);
  }
  const auto parts = colon_parts(text);
  if (parts.empty())
    return std::nullopt;
  // With days the first part is hours; alone it is minutes; minutes:seconds; hours:minutes:seconds.
  constexpr std::array<std::array<std::int64_t, 3>, 3> plain{{{60, 0, 0}, {60, 1, 0}, {3600, 60, 1}}};
  constexpr std::array<std::int64_t, 3> after_days{3600, 60, 1};
  const auto& units = dash != std::string_view::npos ? after_days : plain[parts.size() - 1];
  std::int64_t seconds = days * 86'400;
  for (std::size_t i = 0; i < parts.size(); ++i)
    seconds += parts[i] * units[i];
  if (seconds > seconds_max)
    return std::nullopt;
  return seconds == 0 ? time_limit{} : time_limit{seconds};
}

std::optional<std::int64_t> time_limit_seconds(std::string_view text) {
  const auto read = read_time_limit(text);
  return read ? read->seconds : std::nullopt;
}

bool is_memory(std::string_view text) {
  const auto unit = text.find_first_not_of("0123456789");
  const std::string_view number = text.substr(0, unit);
  if (number.empty() || number.size() > 15)
    return false;
  if (unit == std::string_view::npos)
    return true;
  const std::string_view suffix = text.substr(unit);
  if (std::string_view("kmgt").find(lower(suffix[0])) == std::string_view::npos)
    return false;
  return suffix.size() == 1 || (suffix.size() == 2 && lower(suffix[1]) == 'b');
}

}  // namespace settle::tasks

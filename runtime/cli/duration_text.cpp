#include "runtime/cli/duration_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

namespace settle::cli {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit_at, code] = std::from_chars(text.data(), end, number);
  if (code != std::errc{})
    return std::nullopt;
  const std::string_view unit(unit_at, static_cast<std::size_t>(end - unit_at));
  for (const auto& [name, factor] : units) {
    if (unit != name)
      continue;
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / factor);
    if (number > most)
      return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(number) * factor);
  }
  return std::nullopt;
}

std::string short_duration(std::chrono::milliseconds d) {
  const std::int64_t s = d.count() < 0 ? 0 : d.count() / 1000;
  if (s >= 86'400)
    return fmt::format("{}d{}h", s / 86'400, s % 86'400 / 3600);
  if (s >= 3600)
    return fmt::format("{}h{}m", s / 3600, s % 3600 / 60);
  if (s >= 60)
    return fmt::format("{}m{}s", s / 60, s % 60);
  return fmt::format("{}s", s);
}

}  // namespace settle::cli

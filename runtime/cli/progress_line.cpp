#include "runtime/cli/progress_line.hpp"

#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace settle::cli {

using core::item_status;

namespace {

constexpr std::chrono::milliseconds window = std::chrono::seconds(60);
constexpr std::chrono::milliseconds sample_distance = std::chrono::milliseconds(500);
constexpr std::chrono::milliseconds shortest_base = std::chrono::seconds(5);

/// In the order in which they are shown; the last one is dropped first.
std::vector<std::string> parts_of(const core::counts& tally, const pace& speed) {
  static constexpr std::array<item_status, 7> shown{
      item_status::failed, item_status::dep_failed, item_status::running, item_status::settling,
      item_status::queued, item_status::submitted,  item_status::pending};
  std::vector<std::string> parts{fmt::format("{}/{} done", tally.terminal(), tally.total())};
  if (tally.unconfirmed > 0)
    parts.push_back(fmt::format("{} unconfirmed", tally.unconfirmed));
  for (const item_status s : shown)
    if (tally.of(s) > 0)
      parts.push_back(fmt::format("{} {}", tally.of(s), core::to_text(s)));
  if (const auto rate = speed.per_second())
    parts.push_back(*rate >= 1 ? fmt::format("{:.1f}/s", *rate) : fmt::format("{:.1f}/min", *rate * 60));
  if (const auto left = speed.left(tally.total() - tally.terminal()))
    parts.push_back(short_duration(*left) + " left");
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string line;
  for (const std::string& part : parts)
    line += (line.empty() ? "" : "  ") + part;
  return line;
}

}  // namespace

void pace::saw(std::chrono::milliseconds now, std::uint64_t done) {
  // The newest sample moves along until it is far enough from the one before it.
  if (samples_.size() > 1 && now - samples_[samples_.size() - 2].at < sample_distance)
    samples_.back() = {now, done};
  else
    samples_.push_back({now, done});
  while (samples_.size() > 2 && now - samples_.front().at > window)
    samples_.pop_front();
}

std::optional<double> pace::per_second() const {
  if (samples_.size() < 2)
    return std::nullopt;
  const sample& first = samples_.front();
  const sample& last = samples_.back();
  if (last.at - first.at < shortest_base || last.done <= first.done)
    return std::nullopt;
  const double seconds = std::chrono::duration<double>(last.at - first.at).count();
  return static_cast<double>(last.done - first.done) / seconds;
}

std::optional<std::chrono::milliseconds> pace::left(std::uint64_t remaining) const {
  const auto rate = per_second();
  constexpr double longest = 1000.0 * 86'400;  // beyond it the number means nothing
  if (!rate || remaining == 0 || static_cast<double>(remaining) / *rate > longest)
    return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(remaining) / *rate * 1000));
}

std::string progress_line(const core::counts& tally, const pace& speed, std::size_t columns) {
  std::vector<std::string> parts = parts_of(tally, speed);
  while (parts.size() > 1 && joined(parts).size() > columns)
    parts.pop_back();
  return fit(joined(parts), columns);
}

std::string counts_in_words(const core::counts& tally) {
  static constexpr std::array<item_status, core::item_status_count> order{
      item_status::completed, item_status::failed, item_status::dep_failed, item_status::settling,
      item_status::running,   item_status::queued, item_status::submitted,  item_status::pending};
  std::string words;
  for (const item_status s : order) {
    if (tally.of(s) == 0)
      continue;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", tally.of(s), core::to_text(s));
    if (s == item_status::completed && tally.unconfirmed > 0)
      words += fmt::format(" ({} unconfirmed)", tally.unconfirmed);
  }
  return words.empty() ? "nothing" : words;
}

}  // namespace settle::cli

#include "io/array_indexes.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace settle::io {

namespace {

std::optional<std::uint32_t> number(std::string_view text) noexcept {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty())
    return std::nullopt;
  return value;
}

}  // namespace

array_indexes::array_indexes(std::span<const std::uint32_t> ascending) {
  for (const auto index : ascending) {
    assert(ranges_.empty() || index > ranges_.back().last);
    if (!ranges_.empty() && index == ranges_.back().last + 1)
      ++ranges_.back().last;
    else
      ranges_.push_back({index, index, 1});
  }
}

/// "5", "3-9" or "3-9:2"
std::optional<array_indexes::range> array_indexes::parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = number(text.substr(0, dash));
  if (!first)
    return std::nullopt;
  if (dash == std::string_view::npos)
    return range{*first, *first, 1};
  const auto colon = text.find(':', dash);
  const auto last = number(text.substr(dash + 1, colon - dash - 1));
  const auto step = colon == std::string_view::npos ? std::optional{1U} : number(text.substr(colon + 1));
  if (!last || !step || *step == 0 || *last < *first)
    return std::nullopt;
  return range{*first, *last, *step};
}

std::optional<array_indexes> array_indexes::parse(std::string_view text) {
  array_indexes out;
  if (const auto limit = text.find('%'); limit != std::string_view::npos) {
    if (!number(text.substr(limit + 1)))
      return std::nullopt;
    text = text.substr(0, limit);
  }
  while (true) {
    const auto comma = text.find(',');
    const auto one = parse_range(text.substr(0, comma));
    if (!one || (!out.ranges_.empty() && one->first <= out.ranges_.back().last))
      return std::nullopt;
    out.ranges_.push_back(*one);
    if (comma == std::string_view::npos)
      return out;
    text.remove_prefix(comma + 1);
  }
}

bool array_indexes::contains(std::uint32_t index) const noexcept {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), index,
                                      [](std::uint32_t i, const range& r) { return i < r.first; });
  if (after == ranges_.begin())
    return false;
  const auto& r = *std::prev(after);
  return index <= r.last && (index - r.first) % r.step == 0;
}

std::size_t array_indexes::size() const noexcept {
  std::size_t count = 0;
  for (const auto& r : ranges_)
    count += (r.last - r.first) / r.step + 1;
  return count;
}

std::string array_indexes::text_of(const range& r) {
  auto out = std::to_string(r.first);
  if (r.last != r.first)
    out += '-' + std::to_string(r.last);
  if (r.step != 1)
    out += ':' + std::to_string(r.step);
  return out;
}

std::vector<std::string> array_indexes::pieces(std::size_t bytes_max) const {
  std::vector<std::string> out;
  for (const auto& r : ranges_) {
    const auto one = text_of(r);
    if (out.empty() || out.back().size() + 1 + one.size() > bytes_max)
      out.push_back(one);
    else
      out.back() += ',' + one;
  }
  return out;
}

std::string array_indexes::text() const {
  const auto whole = pieces(SIZE_MAX);
  return whole.empty() ? std::string{} : whole.front();
}

}  // namespace settle::io

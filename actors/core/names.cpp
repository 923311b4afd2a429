#include "actors/core/names.hpp"

#include "actors/core/glob.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <numeric>

namespace settle::core {

namespace {

constexpr std::uint32_t empty = UINT32_MAX;
constexpr std::size_t slots_min = 16;

}  // namespace

/// The id's slot, or the empty one where it belongs. The table is never full.
std::size_t names::slot_of(std::string_view id) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(id)&mask;
  while (slots_[at] != empty && ids_[slots_[at]] != id)
    at = (at + 1) & mask;
  return at;
}

std::optional<std::uint32_t> names::find(std::string_view id) const noexcept {
  if (slots_.empty())
    return std::nullopt;
  const std::uint32_t found = slots_[slot_of(id)];
  return found == empty ? std::nullopt : std::optional{found};
}

void names::rehash(std::size_t slots) {
  slots_.assign(slots, empty);
  for (std::uint32_t i = 0; i < ids_.size(); ++i)
    if (const std::size_t at = slot_of(ids_[i]); slots_[at] == empty)
      slots_[at] = i;
}

void names::reserve(std::size_t count) {
  if (count > ids_.capacity())
    ids_.reserve(std::max(count, ids_.capacity() * 2));
  const std::size_t slots = std::max(slots_min, std::bit_ceil(count + count / 2));
  if (slots > slots_.size())
    rehash(slots);
}

bool names::add(std::string_view id) {
  assert(ids_.size() < empty / 2);
  reserve(ids_.size() + 1);
  const std::size_t at = slot_of(id);
  const bool fresh = slots_[at] == empty;
  if (fresh)
    slots_[at] = static_cast<std::uint32_t>(ids_.size());
  ids_.emplace_back(id);
  return fresh;
}

void names::truncate(std::size_t count) {
  // Newest first: what a linear probe stepped over when it came is still there when it goes.
  while (ids_.size() > count) {
    const std::size_t at = slot_of(ids_.back());
    if (slots_[at] == ids_.size() - 1)
      slots_[at] = empty;
    ids_.pop_back();
  }
  if (sorted_ <= count)
    return;
  for (auto& run : runs_)
    std::erase_if(run, [count](std::uint32_t i) { return i >= count; });
  std::erase_if(runs_, [](const auto& run) { return run.empty(); });
  sorted_ = count;
}

void names::sort_rest() {
  if (sorted_ == ids_.size())
    return;
  const auto by_text = [this](std::uint32_t a, std::uint32_t b) { return ids_[a] < ids_[b]; };
  std::vector<std::uint32_t> run(ids_.size() - sorted_);
  std::iota(run.begin(), run.end(), static_cast<std::uint32_t>(sorted_));
  std::sort(run.begin(), run.end(), by_text);
  while (!runs_.empty() && runs_.back().size() < 2 * run.size()) {
    std::vector<std::uint32_t> merged(runs_.back().size() + run.size());
    std::merge(runs_.back().begin(), runs_.back().end(), run.begin(), run.end(), merged.begin(), by_text);
    runs_.pop_back();
    run = std::move(merged);
  }
  runs_.push_back(std::move(run));
  sorted_ = ids_.size();
}

std::vector<std::uint32_t> names::matching(std::string_view pattern) {
  sort_rest();
  const std::string_view prefix = literal_prefix(pattern);
  std::vector<std::uint32_t> found;
  for (const auto& run : runs_) {
    auto at = std::lower_bound(run.begin(), run.end(), prefix,
                               [this](std::uint32_t i, std::string_view p) { return ids_[i] < p; });
    for (; at != run.end() && ids_[*at].starts_with(prefix); ++at)
      if (glob_matches(pattern, ids_[*at]))
        found.push_back(*at);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace settle::core

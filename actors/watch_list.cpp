#include "actors/watch_list.hpp"

#include <algorithm>
#include <cassert>

namespace settle::actors {

void watch_list::expect(item_key key, std::string job_name, core::instant now) {
  auto [i, is_new] = jobs_.try_emplace(key);
  auto& w = i->second;
  nameless_ += is_new ? 1 : 0;
  w.job_name = std::move(job_name);
  w.expected_at = now.wall;
  by_name_[w.job_name] = key;
}

void watch_list::follow(item_key key, std::uint64_t job_id, std::string job_name,
                        std::optional<core::epoch_seconds> last_submit, core::instant now) {
  assert(job_id != 0);
  auto [i, is_new] = jobs_.try_emplace(key);
  auto& w = i->second;
  if (w.job_id == job_id && w.job_name == job_name)
    return;
  nameless_ -= !is_new && w.job_id == 0 ? 1 : 0;
  forget_id(key, w.job_id);
  w.job_id = job_id;
  w.job_name = std::move(job_name);
  w.last_submit = last_submit;
  w.known_at = now.monotonic;
  if (w.expected_at == core::duration{})
    w.expected_at = now.wall;
  else if (!last_submit)
    w.accepted_at = now.wall;
  by_id_.emplace(job_id, key);
  by_name_[w.job_name] = key;
}

void watch_list::forget_id(item_key key, std::uint64_t job_id) {
  auto [first, last] = by_id_.equal_range(job_id);
  for (auto i = first; i != last; ++i)
    if (i->second == key) {
      by_id_.erase(i);
      return;
    }
}

void watch_list::set_needs(item_key key, item_needs needs, core::instant now) {
  auto i = jobs_.find(key);
  if (i == jobs_.end())
    return;
  auto& w = i->second;
  if (needs.search && !w.needs.search) {
    ++searches_;
    w.search_began = now.monotonic;
    w.silent_listing.reset();
    w.silent_accounting.reset();
  } else if (!needs.search && w.needs.search) {
    --searches_;
  }
  w.needs = needs;
}

void watch_list::start_clock(item_key key, clock_kind kind, core::instant now) {
  if (auto i = jobs_.find(key); i != jobs_.end()) {
    i->second.clock = kind;
    // What passed since the last listing will be counted with the next one, but not for this clock.
    i->second.clock_began =
        observed_ + (last_listing_begun_ ? now.monotonic - *last_listing_begun_ : core::duration{});
  }
}

void watch_list::stop_clock(item_key key) {
  if (auto i = jobs_.find(key); i != jobs_.end())
    i->second.clock = clock_kind::none;
}

void watch_list::forget(item_key key) {
  auto i = jobs_.find(key);
  if (i == jobs_.end())
    return;
  auto& w = i->second;
  if (w.needs.search)
    --searches_;
  nameless_ -= w.job_id == 0 ? 1 : 0;
  if (auto n = by_name_.find(w.job_name); n != by_name_.end() && n->second == key)
    by_name_.erase(n);
  forget_id(key, w.job_id);
  jobs_.erase(i);
}

void watch_list::ended(item_key key) {
  auto i = jobs_.find(key);
  if (i == jobs_.end())
    return;
  if (i->second.job_id != 0)
    ended_[i->second.job_id] = {key, std::hash<std::string>{}(i->second.job_name)};
  forget(key);
}

void watch_list::forget_run(std::uint32_t run) {
  std::erase_if(ended_, [run](const auto& e) { return e.second.key.run == run; });
}

void watch_list::retell(item_key key) {
  if (auto i = jobs_.find(key); i != jobs_.end()) {
    i->second.told.reset();
    i->second.absence_told = false;
  }
}

bool watch_list::still_owns_id(item_key key) const {
  auto i = jobs_.find(key);
  if (i == jobs_.end() || i->second.id_lost)
    return false;
  auto [first, last] = by_id_.equal_range(i->second.job_id);
  return std::none_of(first, last, [&](const auto& other) {
    return other.second != key && jobs_.at(other.second).known_at > i->second.known_at;
  });
}

std::optional<std::uint64_t> watch_list::job_id(item_key key) const {
  auto i = jobs_.find(key);
  if (i == jobs_.end() || i->second.job_id == 0)
    return std::nullopt;
  return i->second.job_id;
}

}  // namespace settle::actors

#include "actors/watch_list.hpp"

#include "io/job_id.hpp"

#include <algorithm>
#include <cassert>

namespace settle::actors {

void watch_list::expect(item_key key, core::text job_name, std::optional<std::uint32_t> index,
                        core::instant now) {
  auto [i, is_new] = jobs_.try_emplace(key);
  auto& w = i->second;
  nameless_ += is_new ? 1 : 0;
  if (!is_new)
    forget_name(key, w);
  w.job_name = std::move(job_name);
  w.array_index = index;
  w.expected_at = now.wall;
  know_name(key, w);
}

void watch_list::follow(item_key key, std::uint64_t job_id, core::text job_name,
                        std::optional<core::epoch_seconds> last_submit, core::instant now) {
  assert(job_id != 0);
  auto [i, is_new] = jobs_.try_emplace(key);
  auto& w = i->second;
  if (w.job_id == job_id && w.job_name == job_name)
    return;
  nameless_ -= !is_new && w.job_id == 0 ? 1 : 0;
  if (!is_new)
    forget_name(key, w);
  if (w.job_id != 0)
    ids_.remove(w.job_id, *i);
  w.job_name = std::move(job_name);
  w.array_index.reset();
  if (io::is_array_task(job_id))
    w.array_index = io::array_index_of(job_id);
  w.last_submit = last_submit;
  w.known_at = now.monotonic;
  if (w.expected_at == core::duration{})
    w.expected_at = now.wall;
  else if (!last_submit)
    w.accepted_at = now.wall;
  w.job_id = job_id;
  ids_.add(job_id, *i);
  know_name(key, w);
}

/// A task whose id is known is found by that; its array's name is everybody's in it.
void watch_list::know_name(item_key key, const watched& w) {
  if (!w.array_index)
    by_name_[w.job_name.str()] = key;
  else if (w.job_id == 0)
    nameless_tasks_[w.job_name.str()][*w.array_index] = key;
}

void watch_list::forget_name(item_key key, const watched& w) {
  if (!w.array_index) {
    if (auto n = by_name_.find(w.job_name.str()); n != by_name_.end() && n->second == key)
      by_name_.erase(n);
    return;
  }
  auto n = nameless_tasks_.find(w.job_name.str());
  if (n == nameless_tasks_.end())
    return;
  if (auto task = n->second.find(*w.array_index); task != n->second.end() && task->second == key)
    n->second.erase(task);
  if (n->second.empty())
    nameless_tasks_.erase(n);
}

void watch_list::set_needs(item_key key, item_needs needs, core::instant now) {
  auto i = jobs_.find(key);
  if (i == jobs_.end())
    return;
  auto& w = i->second;
  if (needs.search && !w.needs.search) {
    ++searches_;
    w.searched = search{now.monotonic};
  } else if (!needs.search && w.needs.search) {
    --searches_;
    w.searched.reset();
  }
  w.needs = needs;
  quiet_ = quiet_ && needs == item_needs{};
}

void watch_list::start_clock(item_key key, clock_kind kind, core::instant now) {
  if (auto i = jobs_.find(key); i != jobs_.end()) {
    i->second.clock = kind;
    quiet_ = false;
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
  forget_name(key, w);
  if (w.job_id != 0)
    ids_.remove(w.job_id, *i);
  jobs_.erase(i);
}

void watch_list::ended(item_key key) {
  auto i = jobs_.find(key);
  if (i == jobs_.end())
    return;
  if (i->second.job_id != 0)
    keep_ended(i->second.job_id, key, std::hash<std::string>{}(i->second.job_name.str()));
  forget(key);
}

void watch_list::keep_ended(std::uint64_t job_id, item_key key, std::size_t name_hash) {
  if (!io::is_array_task(job_id)) {
    ended_[job_id] = {key, name_hash};
    return;
  }
  auto& array = ended_arrays_[io::array_id_of(job_id)];
  if (array.run != key.run || array.name_hash != name_hash)  // the id of an array that a crash forgot
    array = {key.run, name_hash, {}};
  const std::uint32_t index = io::array_index_of(job_id);
  if (index >= array.items.size())
    array.items.resize(index + 1, no_item);
  array.items[index] = key.index;
}

std::optional<watch_list::ended_job> watch_list::ended_job_of(std::uint64_t job_id) const {
  if (!io::is_array_task(job_id)) {
    const auto i = ended_.find(job_id);
    return i == ended_.end() ? std::nullopt : std::optional(i->second);
  }
  const auto i = ended_arrays_.find(io::array_id_of(job_id));
  const std::uint32_t index = io::array_index_of(job_id);
  if (i == ended_arrays_.end() || index >= i->second.items.size() || i->second.items[index] == no_item)
    return std::nullopt;
  return ended_job{{i->second.run, i->second.items[index]}, i->second.name_hash};
}

void watch_list::forget_run(std::uint32_t run) {
  std::erase_if(ended_, [run](const auto& e) { return e.second.key.run == run; });
  std::erase_if(ended_arrays_, [run](const auto& e) { return e.second.run == run; });
}

void watch_list::retell(item_key key) {
  if (auto i = jobs_.find(key); i != jobs_.end()) {
    i->second.told = {};
    i->second.absence_told = false;
  }
}

bool watch_list::still_owns_id(item_key key) const {
  auto i = jobs_.find(key);
  if (i == jobs_.end() || i->second.id_lost)
    return false;
  bool still = true;
  ids_.each(i->second.job_id, [&](const jobs::value_type& other) {
    still = still && (other.first == key || other.second.known_at <= i->second.known_at);
  });
  return still;
}

std::vector<std::uint64_t> watch_list::to_cancel(std::span<const std::uint64_t> ids) const {
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> tasks;
  std::vector<std::uint64_t> out;
  for (auto id : ids)
    if (io::is_array_task(id))
      tasks[io::array_id_of(id)].push_back(id);
    else
      out.push_back(id);
  for (auto& [array, wanted] : tasks) {
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    // One of which sbatch has not answered may be in the same array.
    bool may_hold_more = false;
    ids_.each_task(array, [&](std::uint32_t, const jobs::value_type& task) {
      may_hold_more = may_hold_more || nameless_tasks_.count(task.second.job_name.str()) != 0;
    });
    const auto left = ids_.tasks_watched(array);
    if (left != 0 && wanted.size() >= left && !may_hold_more)
      out.push_back(array);
    else
      out.insert(out.end(), wanted.begin(), wanted.end());
  }
  return out;
}

std::optional<std::uint64_t> watch_list::job_id(item_key key) const {
  auto i = jobs_.find(key);
  if (i == jobs_.end() || i->second.job_id == 0)
    return std::nullopt;
  return i->second.job_id;
}

}  // namespace settle::actors

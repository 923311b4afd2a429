#include "actors/core/graph.hpp"

#include <algorithm>
#include <cassert>

namespace settle::core {

graph::vertex& graph::at(std::uint32_t target) {
  return (target & group_flag) != 0 ? groups_[target & ~group_flag] : items_[target];
}

/// A stretch that is full moves to the end, with twice the room: documents that join later cost their own
/// edges, not everybody's.
void graph::append_edges(vertex& v, std::span<const std::uint32_t> targets) {
  const std::size_t wanted = v.count + targets.size();
  if (wanted > v.room) {
    const std::size_t room = v.room == 0 ? wanted : std::max<std::size_t>(wanted, 2UL * v.room);
    const std::size_t first = edges_.size();
    assert(first + room < UINT32_MAX);
    edges_.resize(first + room);
    std::copy_n(edges_.begin() + v.first, v.count, edges_.begin() + static_cast<std::ptrdiff_t>(first));
    v.first = static_cast<std::uint32_t>(first);
    v.room = static_cast<std::uint32_t>(room);
  }
  std::copy(targets.begin(), targets.end(), edges_.begin() + v.first + v.count);
  v.count = static_cast<std::uint32_t>(wanted);
}

void graph::completed_before(std::span<const std::string> ids) {
  before_.reserve(before_.size() + ids.size());
  for (const std::string& id : ids)
    if (!before_.find(id))
      before_.add(id);
}

std::vector<item_index> graph::dependents(item_index i) const {
  std::vector<item_index> found;
  for (const std::uint32_t target : edges(items_[i])) {
    if ((target & group_flag) == 0) {
      found.push_back(target);
    } else {
      const auto users = edges(groups_[target & ~group_flag]);
      found.insert(found.end(), users.begin(), users.end());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void graph::met(item_index i, std::vector<item_index>& ready) {
  vertex& v = items_[i];
  assert(v.unmet > 0);
  if (--v.unmet == 0 && v.end == fate::open)
    ready.push_back(i);
}

void graph::completed(item_index i, std::vector<item_index>& ready) {
  assert(items_[i].end == fate::open);
  items_[i].end = fate::completed;
  for (const std::uint32_t target : edges(items_[i])) {
    if ((target & group_flag) == 0) {
      met(target, ready);
      continue;
    }
    vertex& group = groups_[target & ~group_flag];
    assert(group.unmet > 0);
    if (--group.unmet == 0)
      for (const item_index user : edges(group))
        met(user, ready);
  }
}

void graph::failed(item_index i, std::vector<item_index>& doomed) {
  failed(i, doomed, [](item_index) { return false; });
}

void graph::failed(item_index i, std::vector<item_index>& doomed,
                   const std::function<bool(item_index)>& spared) {
  items_[i].end = fate::failed;
  std::vector<std::uint32_t> open{i};  // items and groups whose edges are still to be followed
  while (!open.empty()) {
    const std::uint32_t from = open.back();
    open.pop_back();
    for (const std::uint32_t target : edges(at(from))) {
      vertex& v = at(target);
      const bool group = (target & group_flag) != 0;
      if (v.end == fate::failed || (!group && (v.end != fate::open || spared(target))))
        continue;
      v.end = fate::failed;
      if (!group)
        doomed.push_back(target);
      open.push_back(target);
    }
  }
}

}  // namespace settle::core

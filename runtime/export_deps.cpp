#include "runtime/export_deps.hpp"

#include "actors/core/glob.hpp"

#include <unordered_set>

namespace settle {

namespace {

/// Ids that patterns may become, in a whole run: a stage of thousands that waits for another is millions.
constexpr std::size_t resolved_max = 10'000'000;

}  // namespace

void resolved_deps::join_up_to(const tasks::document& doc) {
  while (joined_ < documents_.size() && (joined_ == 0 || documents_[joined_ - 1].get() != &doc)) {
    matches_.clear();
    for (const tasks::task& task : documents_[joined_++]->tasks)
      names_.add(task.id);
  }
}

const std::vector<std::uint32_t>& resolved_deps::matches_of(const std::string& pattern) {
  const auto [known, fresh] = matches_.try_emplace(pattern);
  if (fresh)
    known->second = names_.matching(pattern);
  return known->second;
}

std::vector<std::string> resolved_deps::of(const tasks::task& task, const tasks::document& doc) {
  join_up_to(doc);
  std::vector<std::string> out;
  std::unordered_set<std::string_view> seen;
  const auto add = [&](const std::string& id) {
    if (seen.insert(id).second)
      out.push_back(id);
  };
  for (const std::string& dep : task.deps) {
    const bool is_pattern = core::is_glob(dep) && !names_.find(dep);
    const std::size_t room = resolved_max - written_;
    if (!is_pattern || matches_of(dep).size() > room) {
      left_patterns_ = left_patterns_ || is_pattern;
      add(dep);
      continue;
    }
    written_ += matches_of(dep).size();
    for (const std::uint32_t i : matches_of(dep))
      if (names_.at(i) != task.id)
        add(names_.at(i));
  }
  return out;
}

}  // namespace settle

#include "runtime/retry_deps.hpp"

#include "actors/core/glob.hpp"

namespace settle {

using core::item_index;

bool is_unconfirmed(const core::item& it) {
  return it.status == core::item_status::completed && it.reached && !core::is_confirmed(*it.reached);
}

void retry_deps::join(const actors::run_book::part& part) {
  patterns_.clear();
  for (const tasks::task& task : part.doc.tasks)
    names_.add(task.id);
}

void retry_deps::sort(item_index dependency, matches& into) const {
  const core::item& it = run_.at(dependency);
  if (taken_[dependency])
    ++into.taken;
  else if (it.status != core::item_status::completed)
    into.missing.push_back(dependency);
  else if (is_unconfirmed(it))
    into.unconfirmed.push_back(dependency);
}

/// Looked at once, however many tasks share it.
std::size_t retry_deps::taken_of(const std::string& pattern, const std::string& who) {
  const auto [known, fresh] = patterns_.try_emplace(pattern, 0);
  if (fresh) {
    matches found;
    for (const item_index i : names_.matching(pattern))
      sort(i, found);
    note(found, who);
    known->second = found.taken;
  }
  return known->second;
}

void retry_deps::note(const matches& found, const std::string& who) {
  if (!found.missing.empty() && missing_.empty())
    first_waiting_ = who;
  missing_.insert(found.missing.begin(), found.missing.end());
  unconfirmed_.insert(found.unconfirmed.begin(), found.unconfirmed.end());
}

/// A name of nobody here completed before this run: it was found when its document joined.
bool retry_deps::remains(const std::string& dep, item_index self, const std::string& who) {
  if (const auto id = names_.find(dep)) {
    matches one;
    sort(*id, one);
    note(one, who);
    return one.taken != 0;
  }
  if (!core::is_glob(dep))
    return false;
  const std::size_t itself = taken_[self] && core::glob_matches(dep, who) ? 1 : 0;
  return taken_of(dep, who) > itself;
}

std::vector<std::string> retry_deps::of(const tasks::task& task, item_index self) {
  std::vector<std::string> left;
  for (const std::string& dep : task.deps)
    if (remains(dep, self, task.id))
      left.push_back(dep);
  return left;
}

}  // namespace settle

// What happens to the simulated cluster at one moment: its controller dies, somebody sends jobs round again, renames one, or
// submits others; and whose id nobody has heard, or nobody could tell from a stranger's.
#include "tests/sim/world.hpp"

#include <algorithm>

namespace sim {

/// slurmctld dies and comes back with what it had saved some seconds ago: what was submitted since is forgotten, and its
/// ids are given again.
void world::kill_controller() {
  const auto saved = time_.now() - ms{dice_.between(500, 10'000)};
  for (auto j : std::vector(in_memory_)) {
    auto& it = jobs_[j];
    if (it.lives.front().submit < seconds_at(saved) || it.lives.size() > 1)
      continue;
    next_id_ = std::min(next_id_, it.id);
    ++it.turn;
    auto& now = it.lives.back();
    if (!now.ended) {
      now.ended = time_.now();  // slurmd ends what the controller does not know
      now.cancelled = true;
    }
    it.known = false;
    it.forgotten = true;
    it.gone_at = time_.now();
    std::erase(in_memory_, j);
  }
}

void world::requeue_by_admin(std::size_t j) {
  const auto& it = jobs_[j];
  if (it.at != phase::ended || !it.known || controller_away())
    return;
  planned_life again;
  again.runs = ms{dice_.between(1000, 60'000)};
  requeue(j, again);
}

void world::rename_by_admin() {
  for (auto j : in_memory_)
    // One whose id nobody heard can only be found by its name: renamed, it is lost to everybody.
    if (!jobs_[j].foreign && !jobs_[j].unclear && jobs_[j].at != phase::ended) {
      jobs_[j].name = "renamed";
      jobs_[j].row.clear();
      return;
    }
}

void world::mark_unclear(const std::string& name, bool unclear) {
  for (auto& j : jobs_)
    if (j.given_name == name)
      j.unclear = unclear;
}

/// A nameless stranger with the id of a job of ours that the controller forgot before anybody ever listed it: nothing in
/// Slurm tells them apart but the submit time, within what clocks may differ. docs/limits.md says so.
bool world::is_indistinguishable(std::uint64_t id) const {
  const auto i = by_id_.find(id);
  return i != by_id_.end() && std::any_of(i->second.begin(), i->second.end(), [&](std::size_t j) {
           return !jobs_[j].foreign && jobs_[j].forgotten && !jobs_[j].listed;
         });
}

void world::submit_foreign() {
  for (auto n = dice_.between(1, 5); n > 0; --n)
    make_job(dice_.chance(50) ? "other" : "other.0zzzzzzzzzzz-0-1", 0, true);
}

}  // namespace sim

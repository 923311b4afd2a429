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
    if (!jobs_[j].foreign && !jobs_[j].unclear && !jobs_[j].rest && jobs_[j].at != phase::ended) {
      jobs_[j].name = "renamed";
      jobs_[j].row.clear();
      return;
    }
}

/// scancel of single tasks that wait: slurmctld takes them from the array's record, and that is all.
void world::cancel_by_admin() {
  if (controller_away())
    return;
  for (auto j : std::vector(in_memory_)) {
    auto& it = jobs_[j];
    const auto& all = by_array_[it.array];
    const bool others = std::any_of(all.begin(), all.end(), [&](std::size_t k) {
      return k != j && jobs_[k].rest && jobs_[k].known && jobs_[k].at == phase::pending;
    });
    // One whose id nobody heard, and that nobody ever saw, is as good as never submitted.
    if (!it.rest || it.unclear || !it.listed || it.at != phase::pending || !others || dice_.chance(50))
      continue;
    ++it.turn;
    it.lives.back().ended = time_.now();
    it.lives.back().cancelled = true;
    it.at = phase::ended;
    it.known = false;
    it.traceless = true;
    it.gone_at = time_.now();
    books_[j].clear();
    std::erase(in_memory_, j);
  }
}

void world::mark_unclear(const std::string& name, std::optional<std::uint32_t> index, bool unclear) {
  for (auto& j : jobs_)
    if (j.given_name == name && (!index || j.index == *index))
      j.unclear = unclear;
}

void world::sightings_lost() {
  for (auto& j : jobs_)
    j.listed = j.listed && !j.unclear;
}

std::string world::note_key(const std::string& name, std::optional<std::uint32_t> index) {
  return index ? name + "_" + std::to_string(*index) : name;
}

std::string world::note_key(const job& j) {
  return note_key(j.given_name, j.array != 0 ? std::optional{j.index} : std::nullopt);
}

/// A nameless stranger with the id of a job of ours that the controller forgot before anybody ever listed it: nothing in
/// Slurm tells them apart but the submit time, within what clocks may differ. docs/limits.md says so.
bool world::is_indistinguishable(std::uint64_t id) const {
  const auto i = by_id_.find(id);
  return i != by_id_.end() && std::any_of(i->second.begin(), i->second.end(), [&](std::size_t j) {
           return !jobs_[j].foreign && jobs_[j].forgotten && !jobs_[j].listed;
         });
}

void world::copy_job() {
  for (const auto j : std::vector(in_memory_)) {
    if (jobs_[j].foreign || jobs_[j].array != 0 || jobs_[j].unclear)
      continue;
    auto id = next_id_;
    const auto had = [&](std::uint64_t wanted) {
      const auto i = by_id_.find(wanted);
      return i != by_id_.end() && std::any_of(i->second.begin(), i->second.end(), [&](std::size_t k) {
               return jobs_[k].given_name == jobs_[j].given_name;
             });
    };
    while (had(id))  // a job forgotten in a crash: nothing would tell the copy from it
      ++id;
    next_id_ = id;
    make_job(std::string{jobs_[j].given_name}, jobs_[j].task, false);
    jobs_.back().copy = true;
    return;
  }
}

void world::submit_foreign() {
  for (auto n = dice_.between(1, 5); n > 0; --n)
    make_job(dice_.chance(50) ? "other" : "other.0zzzzzzzzzzz-0-1", 0, true);
}

}  // namespace sim

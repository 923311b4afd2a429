#include "actors/core/run.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace settle::core {

std::uint64_t counts::total() const noexcept {
  return std::accumulate(by_status.begin(), by_status.end(), std::uint64_t{0});
}

std::uint64_t counts::live() const noexcept {
  return of(item_status::submitted) + of(item_status::queued) + of(item_status::running) +
         of(item_status::settling);
}

std::uint64_t counts::terminal() const noexcept {
  return of(item_status::completed) + of(item_status::failed) + of(item_status::dep_failed);
}

run::run(std::size_t max_concurrent, bool unconfirmed_releases)
    : pool_(shared_records), max_concurrent_{max_concurrent}, unconfirmed_releases_{unconfirmed_releases} {
  pool_[generator_record].generator = true;
}

std::vector<graph_problem> run::add(std::span<const task_ref> tasks, std::span<const bool> generators,
                                    run_change* change) {
  assert(generators.size() == tasks.size() || generators.empty());
  const auto first = static_cast<item_index>(rows_.size());
  std::vector<stillborn> dead;
  std::vector<graph_problem> problems = graph_.add(tasks, &dead);
  if (!problems.empty())
    return problems;
  rows_.reserve(rows_.size() + tasks.size());
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const bool generator = !generators.empty() && generators[t];
    rows_.push_back({.record = generator ? generator_record : plain_record,
                     .status = item_status::pending,
                     .generator = generator,
                     .taken = false,
                     .ready = false,
                     .released = false,
                     .shared = true});
  }
  counts_.by_status[static_cast<std::size_t>(item_status::pending)] += tasks.size();
  run_change born;
  for (const stillborn& s : dead)
    if (never_started(s.task)) {
      mark_doomed({&s.task, 1}, s.dependency);
      born.doomed.push_back(s.task);
      doom(s.task, s.dependency, born);
    }
  for (item_index i = first; i < rows_.size(); ++i)
    if (graph_.unmet(i) == 0)
      enqueue(i, false);
  if (change != nullptr)
    *change = std::move(born);
  return problems;
}

void run::enqueue(item_index i, bool front) {
  row& r = rows_[i];
  if (r.status != item_status::pending || r.taken || r.ready)
    return;
  r.ready = true;
  ++ready_count_;
  if (front)
    ready_.push_front(i);
  else
    ready_.push_back(i);
}

bool run::has_ready() const noexcept {
  return !cancelling_ && ready_count_ > 0;
}

std::optional<item_index> run::take_ready() {
  if (!can_take())
    return std::nullopt;
  while (true) {
    assert(!ready_.empty());
    const item_index i = ready_.front();
    ready_.pop_front();
    row& r = rows_[i];
    if (!r.ready)
      continue;  // it left the queue by another way
    r.ready = false;
    --ready_count_;
    put_taken(r, true);
    return i;
  }
}

run_change run::give_back(item_index i) {
  row& r = rows_[i];
  assert(r.taken && r.status == item_status::pending);
  put_taken(r, false);
  run_change change;
  const auto late = late_.find(i);
  if (late == late_.end()) {
    enqueue(i, true);
    return change;
  }
  const item_index root = late->second;
  late_.erase(late);
  mark_doomed({&i, 1}, root);
  change.doomed.push_back(i);
  doom(i, root, change);
  change.finished = all_terminal();
  return change;
}

void run::put_taken(row& r, bool taken) {
  slots_ = slots_ + (taken ? 1 : 0) - (r.taken ? 1 : 0);
  r.taken = taken;
  if (taken && r.ready) {
    r.ready = false;
    --ready_count_;
  }
}

}  // namespace settle::core

// How jobs live in the simulated cluster: queued, started, ended, told to the controller when it listens, accounted when
// slurmdbd does, purged, requeued, cancelled, forgotten.
#include "tests/sim/world.hpp"

#include "io/job_id.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>

namespace sim {

world::world(const scenario& story, timeline& time) : story_(story), time_(time), dice_(story.seed ^ 0x77) {
  next_id_ = dice_.chance(10) ? 67'000'000 : static_cast<std::uint64_t>(dice_.between(1, 5000));
  for (const auto& f : story_.faults) {
    if (f.what == fault::controller_killed)
      time_.at(f.from, [this] { kill_controller(); });
    if (f.what == fault::admin_rename)
      time_.at(f.from, [this] { rename_by_admin(); });
    if (f.what == fault::admin_cancel)
      time_.at(f.from, [this] { cancel_by_admin(); });
    if (f.what == fault::foreign_jobs)
      time_.at(f.from, [this] { submit_foreign(); });
    if (f.what == fault::copied_job)
      time_.at(f.from, [this] { copy_job(); });
  }
}

bool world::is(fault what) const {
  return std::any_of(story_.faults.begin(), story_.faults.end(), [&](const fault_window& f) {
    return f.what == what && f.from <= time_.now() && time_.now() < f.to;
  });
}

duration world::end_of(fault what) const {
  auto end = time_.now();
  for (bool longer = true; longer;) {
    longer = false;
    for (const auto& f : story_.faults)
      if (f.what == what && f.from <= end && end < f.to) {
        end = f.to;
        longer = true;
      }
  }
  return end;
}

std::int64_t world::seconds_at(duration t) const {
  return epoch + std::chrono::duration_cast<seconds>(t).count();
}

duration world::controller_back() {
  const auto back = std::max(end_of(fault::controller_down), end_of(fault::controller_hung));
  return back - time_.now() + ms{dice_.between(0, 11'000)};
}

void world::plan(std::size_t j, duration wait, void (world::*what)(std::size_t)) {
  time_.after(wait, [this, j, turn = ++jobs_[j].turn, what] {
    if (jobs_[j].turn == turn)
      (this->*what)(j);
  });
}

/// Ids in use are not given again.
std::uint64_t world::new_id() {
  while (std::any_of(in_memory_.begin(), in_memory_.end(),
                     [&](std::size_t k) { return jobs_[k].id == next_id_ || jobs_[k].array == next_id_; }))
    ++next_id_;
  return next_id_++;
}

std::size_t world::make_job(const std::string& name, std::size_t task, bool foreign) {
  const auto j = jobs_.size();
  auto id = new_id();
  while (foreign && is_indistinguishable(id))
    id = new_id();
  jobs_.push_back({.id = id, .name = name, .given_name = name, .task = task, .foreign = foreign});
  books_.emplace_back();
  by_id_[jobs_[j].id].push_back(j);
  in_memory_.push_back(j);
  life first;
  first.plan = foreign ? planned_life{} : story_.tasks[task].lives.front();
  if (foreign)
    first.plan.runs = ms{dice_.between(1000, 300'000)};
  jobs_[j].lives.push_back(first);
  begin_life(j);
  return j;
}

/// One sbatch that arrives: the job's or the array's id.
std::uint64_t world::make(const request& what, bool unclear) {
  if (!what.is_array) {
    const auto j = make_job(what.name, what.tasks.front().second, false);
    jobs_[j].unclear = unclear;
    return jobs_[j].id;
  }
  const auto array = new_id();
  for (const auto& [index, task] : what.tasks) {
    const auto j = jobs_.size();
    jobs_.push_back({.id = array,
                     .name = what.name,
                     .given_name = what.name,
                     .task = task,
                     .array = array,
                     .index = index,
                     .rest = true,
                     .unclear = unclear});
    books_.emplace_back();
    by_array_[array].push_back(j);
    in_memory_.push_back(j);
    life first;
    first.plan = story_.tasks[task].lives.front();
    jobs_[j].lives.push_back(first);
    begin_life(j);
  }
  return array;
}

/// A task gets a record of its own: the last one that waits has its array's id, every other a new one.
void world::leave_rest(std::size_t j) {
  auto& it = jobs_[j];
  if (!it.rest)
    return;
  it.rest = false;
  it.row.clear();
  const auto& all = by_array_[it.array];
  const bool others = std::any_of(all.begin(), all.end(), [&](std::size_t k) {
    return jobs_[k].rest && jobs_[k].known && jobs_[k].name == it.name;
  });
  if (others)
    it.id = new_id();
}

void world::begin_life(std::size_t j) {
  auto& now = jobs_[j].lives.back();
  now.queued = time_.now();
  now.submit = seconds_at(time_.now());
  jobs_[j].at = phase::pending;
  jobs_[j].row.clear();
  account(j, jobs_[j].lives.size() - 1, false);
  plan(j, now.plan.waits, &world::start);
}

/// As the script does before anything else. A later life has what its first one claimed.
bool world::claims_task(const job& j) {
  const auto id = j.array != 0 ? settle::io::array_task_id(j.array, j.index) : j.id;
  return j.foreign || !story_.claims || claims_.emplace(note_key(j), id).first->second == id;
}

void world::start(std::size_t j) {
  if (controller_away()) {
    plan(j, controller_back(), &world::start);
    return;
  }
  leave_rest(j);
  auto& now = jobs_[j].lives.back();
  now.started = time_.now();
  const bool begins = now.plan.how != outcome::boot_fail;
  now.unrun = begins && !claims_task(jobs_[j]);
  if (now.unrun)
    now.plan = {.how = outcome::exit_code,
                .code = settle::tasks::launch_failure_exit,
                .runs = ms{dice_.between(10, 6000)}};
  else
    notes_.erase(note_key(jobs_[j]));  // a new life takes the old one's record away
  now.executed = begins && !now.unrun && now.plan.how != outcome::launch_failure;
  jobs_[j].at = phase::running;
  jobs_[j].row.clear();
  account(j, jobs_[j].lives.size() - 1, false);
  plan(j, now.plan.runs, &world::script_ends);
}

void world::script_ends(std::size_t j) {
  auto& it = jobs_[j];
  auto& now = it.lives.back();
  now.ended = time_.now();
  const bool writes = now.executed && !now.cancelled &&
                      (now.plan.how == outcome::success || now.plan.how == outcome::exit_code ||
                       now.plan.how == outcome::step_failure);
  if (writes) {
    now.wrote = now.plan.how == outcome::exit_code ? now.plan.code : 0;
    notes_[note_key(it)] = {it.array != 0 ? settle::io::array_task_id(it.array, it.index) : it.id,
                            now.restarts, *now.wrote};
  }
  controller_learns(j);
}

void world::controller_learns(std::size_t j) {
  if (controller_away()) {
    plan(j, controller_back(), &world::controller_learns);
    return;
  }
  auto& it = jobs_[j];
  it.lives.back().told = time_.now();
  it.at = phase::completing;
  it.row.clear();
  account(j, it.lives.size() - 1, true);
  plan(j, dice_.chance(70) ? ms{0} : ms{dice_.between(0, 30'000)}, &world::leaves_completing);
}

void world::leaves_completing(std::size_t j) {
  auto& it = jobs_[j];
  it.row.clear();
  const auto& ended = it.lives.back();
  const auto& plans = story_.tasks[it.task].lives;
  if (!it.foreign && !ended.cancelled && ended.plan.requeue && it.lives.size() < plans.size()) {
    requeue(j, plans[it.lives.size()]);
    return;
  }
  it.at = phase::ended;
  const bool failed = ended.plan.how == outcome::exit_code || ended.plan.how == outcome::node_fail;
  const bool sent_again = is(fault::admin_requeue) && failed && !it.foreign && !ended.cancelled &&
                          story_.min_job_age > seconds{30} && dice_.chance(60);
  if (sent_again)
    time_.after(ms{dice_.between(0, 20'000)}, [this, j] { requeue_by_admin(j); });
  plan(j, story_.min_job_age, &world::forget);
}

void world::requeue(std::size_t j, const planned_life& next) {
  life again;
  again.plan = next;
  again.restarts = jobs_[j].lives.back().restarts + 1;
  again.plan.waits += seconds{dice_.between(2, 20)};
  jobs_[j].lives.push_back(again);
  begin_life(j);
}

void world::forget(std::size_t j) {
  if (controller_away()) {
    plan(j, controller_back(), &world::forget);
    return;
  }
  jobs_[j].known = false;
  jobs_[j].gone_at = time_.now();
  std::erase(in_memory_, j);
}

void world::cancel(std::size_t j, bool by_us) {
  auto& it = jobs_[j];
  if (it.at != phase::pending && it.at != phase::running)
    return;
  it.cancelled_by_us = it.cancelled_by_us || by_us;
  auto& now = it.lives.back();
  now.cancelled = true;
  if (it.at == phase::pending) {
    now.ended = time_.now();
    controller_learns(j);
  } else {
    plan(j, ms{dice_.between(10, 3000)}, &world::script_ends);
  }
}

// -- accounting ----------------------------------------------------------------------------------------------------

void world::account(std::size_t j, std::size_t l, bool ended) {
  if (!story_.accounting_kept || (is(fault::accounting_loses) && dice_.chance(70)))
    return;
  ++on_the_way_;
  sent_.emplace(j, l);
  auto wait = ms{dice_.between(50, ended ? 4000 : 5400)};
  if (story_.slow_books)
    wait += ms{dice_.between(0, 60'000)};
  if (is(fault::accounting_lags))
    wait += ms{dice_.between(10'000, 300'000)};
  time_.after(wait, [this, j, l, ended] { arrives(j, l, ended); });
}

void world::arrives(std::size_t j, std::size_t l, bool ended) {
  const bool away = is(fault::accounting_down) || is(fault::accounting_hung) || controller_away();
  if (away) {
    auto back = time_.now();
    for (auto f :
         {fault::accounting_down, fault::accounting_hung, fault::controller_down, fault::controller_hung})
      back = std::max(back, end_of(f));
    time_.at(back + ms{dice_.between(500, 2000)}, [this, j, l, ended, half = dice_.chance(40)] {
      if (ended && half) {
        if (auto* r = find_record(j, l))
          r->half = true;
        time_.after(ms{4500}, [this, j, l] { arrives(j, l, true); });
        return;
      }
      arrives(j, l, ended);
    });
    return;
  }
  --on_the_way_;
  if (jobs_[j].traceless)
    return;
  auto* r = find_record(j, l);
  if (!r) {
    books_[j].push_back({j, l, false, false});
    r = &books_[j].back();
  }
  if (ended) {
    r->ended = true;
    r->half = false;
    accounted_.emplace(std::pair(j, l), time_.now());
  }
}

record* world::find_record(std::size_t j, std::size_t l) {
  for (auto& r : books_[j])
    if (r.life == l)
      return &r;
  return nullptr;
}

std::optional<duration> world::accounted_since(std::size_t j, std::size_t l) const {
  if (reads_requeued(jobs_[j], l))
    return std::nullopt;
  auto i = accounted_.find({j, l});
  return i == accounted_.end() ? std::nullopt : std::optional{i->second};
}

}  // namespace sim

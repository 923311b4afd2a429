// How the report of one item moves the run: counts, slots, records, and what spreads along the graph.
#include "actors/core/run.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace settle::core {

namespace {

bool unconfirmed(const item& it) {
  return it.reached && !is_confirmed(*it.reached);
}

/// A failure that no cancel asked of us has made. What failed by a dependency has its root elsewhere; what we
/// cancelled because it was stuck failed by itself.
bool own_failure(const item& it) {
  return it.status == item_status::failed &&
         !(it.cancel_asked && !it.given_up && it.reached->why == cause::cancelled);
}

bool under_way(const item& it) {
  return it.sub == submission::asked || it.sub == submission::unclear;
}

bool untouched(const item& it) {
  return it.status == item_status::pending && it.submissions == 0 && !it.cancel_asked;
}

bool may_follow(const item& was, const item& now) {
  if (!is_terminal(was.status))
    return now.status != item_status::pending || was.status == item_status::pending;
  if (!is_confirmed(*was.reached))
    return now.status == item_status::completed || now.status == item_status::failed;
  // A confirmed verdict never changes; details may be filled in.
  return now.status == was.status && now.reached->who == was.reached->who &&
         now.reached->why == was.reached->why &&
         (!was.reached->exit_code || now.reached->exit_code == was.reached->exit_code);
}

}  // namespace

const item& run::at(item_index i) const {
  return pool_[rows_[i].record];
}

bool run::never_started(item_index i) const {
  return rows_[i].status == item_status::pending && !rows_[i].taken;
}

bool run::all_terminal() const noexcept {
  return counts_.terminal() == rows_.size();
}

void run::put(item_index i, item&& now) {
  row& r = rows_[i];
  count(r, pool_[r.record], now);
  const bool asked = under_way(now);
  store(r, std::move(now));
  put_taken(r, is_live(r.status) || (r.status == item_status::pending && (r.taken || asked)));
  leave_queue_if_begun(r);
  if (r.status != item_status::pending)
    late_.erase(i);
}

void run::leave_queue_if_begun(row& r) {
  if ((r.status == item_status::pending && !r.taken) || !r.ready)
    return;
  r.ready = false;
  --ready_count_;
}

void run::restore(item_index i, item then) {
  row& r = rows_[i];
  count(r, pool_[r.record], then);
  store(r, std::move(then));
}

/// What nothing happened to is as it was when its document joined.
void run::resume_all(instant now) {
  for (row& r : rows_) {
    if (r.record < shared_records)
      continue;
    item& it = pool_[r.record];
    resume(it, now);
    put_taken(r, is_live(r.status) || under_way(it));
    leave_queue_if_begun(r);
  }
}

run_change run::restored(instant now) {
  resume_all(now);
  run_change change;
  for (item_index i = 0; i < rows_.size(); ++i)
    if (rows_[i].status >= item_status::failed)
      doom(i, i, change);
    else
      release(i);
  change.finished = all_terminal();
  return change;
}

run_change run::update(item_index i, item now) {
  const item& was = at(i);
  assert(may_follow(was, now));
  const bool was_over = all_terminal();
  const bool first_end = is_terminal(now.status) && !is_terminal(was.status);
  const bool corrected = unconfirmed(was) && was.reached != now.reached;
  const bool failed = now.status >= item_status::failed && was.status < item_status::failed;
  put(i, std::move(now));
  run_change change;
  if (failed)
    doom(i, i, change);
  else
    release(i);
  change.finished = all_terminal() && ((first_end && !was_over) || corrected);
  return change;
}

void run::count(row& r, const item& was, const item& now) {
  --counts_.by_status[static_cast<std::size_t>(was.status)];
  ++counts_.by_status[static_cast<std::size_t>(now.status)];
  counts_.unconfirmed = counts_.unconfirmed + (unconfirmed(now) ? 1 : 0) - (unconfirmed(was) ? 1 : 0);
  own_failures_ = own_failures_ + (own_failure(now) ? 1 : 0) - (own_failure(was) ? 1 : 0);
  r.status = now.status;
}

/// What nothing happened to yet needs no record of its own.
void run::store(row& r, item&& now) {
  assert(now.generator == r.generator);
  const std::uint32_t shared = r.generator ? generator_record : plain_record;
  if (untouched(now) && now == pool_[shared]) {
    if (!r.shared)
      free_.push_back(r.record);
    r.record = shared;
    r.shared = true;
    return;
  }
  const bool jobless_end = is_terminal(now.status) && now.job_id == 0;
  if (jobless_end && now == pool_[last_jobless_]) {  // a cancelled run: a million alike
    if (!r.shared)
      free_.push_back(r.record);
    r.record = last_jobless_;
    r.shared = true;
    return;
  }
  // A record that others may share is not written again.
  if (r.shared)
    r.record = new_record();
  r.shared = jobless_end;
  pool_[r.record] = std::move(now);
  if (jobless_end)
    last_jobless_ = r.record;
}

std::uint32_t run::new_record() {
  if (free_.empty()) {
    pool_.emplace_back();
    return static_cast<std::uint32_t>(pool_.size() - 1);
  }
  const std::uint32_t record = free_.back();
  free_.pop_back();
  return record;
}

void run::release(item_index i) {
  row& r = rows_[i];
  if (r.status != item_status::completed || r.released || (unconfirmed(at(i)) && !unconfirmed_releases_))
    return;
  r.released = true;
  std::vector<item_index> ready;
  graph_.completed(i, ready);
  for (const item_index next : ready)
    enqueue(next, false);
}

/// Everything that waits for `from` and was not started; what is under way is remembered, should it come back.
void run::doom(item_index from, item_index root, run_change& change) {
  std::vector<item_index> doomed;
  graph_.failed(from, doomed, [&](item_index i) {
    if (never_started(i))
      return false;
    if (rows_[i].status == item_status::pending)
      late_.try_emplace(i, root);
    return true;
  });
  mark_doomed(doomed, root);
  change.doomed.insert(change.doomed.end(), doomed.begin(), doomed.end());
}

/// All dependents of one root share one record (and the generators among them another): a cascade over a million
/// items costs no million records.
void run::mark_doomed(std::span<const item_index> those, item_index root) {
  const event e = failure_of(root);
  std::uint32_t shared[2] = {0, 0};
  for (const item_index i : those) {
    row& r = rows_[i];
    const item& was = pool_[r.record];
    if (!untouched(was)) {
      item now = was;
      advance(now, e, {});
      count(r, was, now);
      store(r, std::move(now));
    } else {
      std::uint32_t& record = shared[r.generator ? 1 : 0];
      if (record == 0) {
        record = new_record();
        pool_[record] = was;
        advance(pool_[record], e, {});
      }
      count(r, was, pool_[record]);
      r.record = record;
      r.shared = true;
    }
    if (r.ready) {
      r.ready = false;
      --ready_count_;
    }
  }
}

event run::failure_of(item_index root) const {
  const item& failed = at(root);
  event e{.kind = event_kind::dependency_failed};
  e.at = {.monotonic = failed.decided, .wall = failed.finished_at.value_or(duration{})};
  e.words = "dependency \"" + graph_.id(root) + "\" failed";
  return e;
}

run_status run::status() const noexcept {
  if (!all_terminal())
    return counts_.of(item_status::pending) == rows_.size() ? run_status::pending : run_status::running;
  if (counts_.of(item_status::failed) + counts_.of(item_status::dep_failed) == 0)
    return run_status::completed;
  return own_failures_ == 0 ? run_status::cancelled : run_status::failed;
}

bool run::confirmed() const noexcept {
  return all_terminal() && counts_.unconfirmed == 0;
}

void run::check() const {
  counts seen;
  std::size_t slots = 0;
  std::size_t ready = 0;
  std::uint64_t failures = 0;
  for (const row& r : rows_) {
    const item& it = pool_[r.record];
    assert(it.status == r.status && it.generator == r.generator);
    assert(!is_live(r.status) || r.taken);
    assert(!is_terminal(r.status) || !r.taken);
    assert(!r.ready || (r.status == item_status::pending && !r.taken));
    ++seen.by_status[static_cast<std::size_t>(r.status)];
    seen.unconfirmed += unconfirmed(it) ? 1 : 0;
    failures += own_failure(it) ? 1 : 0;
    slots += r.taken ? 1 : 0;
    ready += r.ready ? 1 : 0;
  }
  assert(seen == counts_ && counts_.total() == rows_.size());
  assert(slots == slots_ && ready == ready_count_ && failures == own_failures_);
}

}  // namespace settle::core

// The poller's part that submits and watches again after a restart.
#include "actors/slurm_poller.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"
#include "io/job_id.hpp"

#include <algorithm>
#include <cassert>

namespace settle::actors {

using core::event_kind;

namespace {

/// What a refusal means for the item.
event_kind kind_of_refusal(io::errc code) {
  switch (code) {
  case io::errc::rejected:
  case io::errc::bad_input:
    return event_kind::submit_refused;
  case io::errc::unavailable:
  case io::errc::too_many:
  case io::errc::storage:
    return event_kind::submit_deferred;
  case io::errc::maybe_submitted:
  case io::errc::bad_reply:
  case io::errc::unknown_kind:
  case io::errc::cancelled:
    return event_kind::submit_unclear;
  }
  return event_kind::submit_unclear;
}

}  // namespace

void slurm_poller::order(item_key key, std::shared_ptr<const job_spec> spec) {
  wait({{key}, {}, std::move(spec)});
}

void slurm_poller::order_array(std::vector<item_key> tasks, std::shared_ptr<const job_spec> array) {
  assert(!tasks.empty() && tasks.size() == array->array.size());
  auto indexes = array->array;
  wait({std::move(tasks), std::move(indexes), std::move(array)});
}

void slurm_poller::wait(submission s) {
  waiting_items_.insert(s.items.begin(), s.items.end());
  const auto run = s.run();
  waiting_.push_back(run, std::move(s));
  if (held_)
    hold();
  else
    submit_next();
}

/// The next one, of the run whose turn it is; of an array as much as the site's limits took last.
slurm_poller::submission slurm_poller::take_next() {
  auto next = waiting_.take();
  if (next.is_array() && next.items.size() > array_most_) {
    const auto cut = static_cast<std::ptrdiff_t>(array_most_);
    submission rest{{next.items.begin() + cut, next.items.end()},
                    {next.indexes.begin() + cut, next.indexes.end()},
                    next.spec};
    waiting_.push_front(next.run(), std::move(rest));
    next.items.resize(array_most_);
    next.indexes.resize(array_most_);
  }
  for (const auto& key : next.items)
    waiting_items_.erase(key);
  return next;
}

void slurm_poller::submit_next() {
  while (!waiting_.empty() && !paused_ && flights_.size() < config_.submissions_at_once)
    submit_one(take_next());
}

void slurm_poller::submit_one(submission s) {
  const auto now = port_.now();
  const auto first = s.items.front();
  const core::text name{s.spec->job_name};
  for (std::size_t i = 0; i < s.items.size(); ++i) {
    in_flight_.insert(s.items[i]);
    watched_.expect(s.items[i], name, s.is_array() ? std::optional{s.indexes[i]} : std::nullopt, now);
  }
  auto spec = s.spec;
  if (s.indexes != spec->array) {  // some were taken back, or others come later
    auto part = std::make_shared<job_spec>(*spec);
    part->array = s.indexes;
    spec = std::move(part);
  }
  flights_.emplace(first, std::move(s));
  port_.submit(first, *spec);
}

void slurm_poller::resume_submissions() {
  paused_ = false;
  submit_next();
}

void slurm_poller::submitted(item_key key, const std::string& job_name,
                             const io::result<std::uint64_t>& answer) {
  const auto flight = flights_.find(key);
  if (flight == flights_.end())
    return;
  auto s = std::move(flight->second);
  flights_.erase(flight);
  for (const auto& item : s.items)
    in_flight_.erase(item);
  if (answer)
    accepted(s, job_name, *answer);
  else
    refused(std::move(s), answer.error());
  submit_next();
}

void slurm_poller::accepted(const submission& s, const std::string& job_name, std::uint64_t job_id) {
  refusals_ = 0;
  put_off_told_ = false;
  if (s.is_array() && s.items.size() >= array_most_)
    array_most_ = array_most_ > SIZE_MAX / 2 ? SIZE_MAX : array_most_ * 2;
  const auto now = port_.now();
  const core::text name{job_name};
  for (std::size_t i = 0; i < s.items.size(); ++i) {
    const auto key = s.items[i];
    const auto id = s.is_array() ? io::array_task_id(job_id, s.indexes[i]) : job_id;
    if (ended_early_.erase(key) != 0)
      continue;
    if (orphaned_.erase(key) != 0) {
      cancels_.push_back(id);  // nobody waits for this job any more
      plan_cancels({});
      continue;
    }
    // Its claim has told of another job meanwhile, which is the item's then.
    if (const auto known = watched_.job_id(key); !known || *known == id)
      watched_.follow(key, id, name, std::nullopt, now);
    auto e = event_of(event_kind::submit_accepted, now);
    e.job_id = id;
    tell(key, std::move(e));
  }
  plan_cycle();
}

void slurm_poller::refused(submission s, const io::error& why) {
  std::vector<bool> gone(s.items.size());
  for (std::size_t i = 0; i < s.items.size(); ++i)
    gone[i] = orphaned_.erase(s.items[i]) + ended_early_.erase(s.items[i]) != 0 ||
              (s.is_array() && watched_.job_id(s.items[i]));
  submission left{{}, {}, s.spec};
  for (std::size_t i = 0; i < s.items.size(); ++i) {
    if (gone[i])
      continue;
    left.items.push_back(s.items[i]);
    if (s.is_array())
      left.indexes.push_back(s.indexes[i]);
  }
  if (left.items.empty())
    return;
  const auto now = port_.now();
  const auto kind = kind_of_refusal(why.code);
  if (kind == event_kind::submit_unclear) {
    for (const auto& key : left.items)
      unclear(key, why, now);
    plan_cycle();
  } else if (left.is_array()) {
    refused_array(std::move(left), why);
  } else {
    if (kind == event_kind::submit_deferred)
      pause(left, {});
    tell(left.items.front(), event_of(kind, now, why.words));
  }
}

void slurm_poller::unclear(item_key key, const io::error& why, core::instant now) {
  // Not left to the item to ask: it may be a new actor that is searching already. A listing may have shown it.
  if (!watched_.job_id(key))
    watched_.set_needs(key, item_needs{.search = true}, now);
  tell(key, event_of(event_kind::submit_unclear, now, why.words));
}

/// No job was made. What one task asks for is no other's fault: refused for good, each is asked for by itself. A limit
/// may take a smaller array.
void slurm_poller::refused_array(submission s, const io::error& why) {
  for (const auto& key : s.items)
    watched_.forget(key);
  if (kind_of_refusal(why.code) == event_kind::submit_refused) {
    port_.order_alone(s.items);
    for (const auto& key : s.items)
      tell(key, event_of(event_kind::submit_deferred, port_.now(), why.words));
    return;
  }
  const bool smaller = why.code == io::errc::too_many && s.items.size() > 1;
  if (smaller)
    array_most_ = s.items.size() / 2;
  else
    pause(s, why.words);
  if (held_) {
    for (const auto& key : s.items)
      tell(key, event_of(event_kind::submit_deferred, port_.now(), "settle is detaching"));
    return;
  }
  waiting_items_.insert(s.items.begin(), s.items.end());
  const auto run = s.run();
  waiting_.push_front(run, std::move(s));
}

/// A limit or a busy controller is the same for all that wait.
void slurm_poller::pause(const submission& s, const std::string& words) {
  paused_ = true;
  port_.wake_for_submissions(core::submit_backoff(++refusals_));
  if (!words.empty() && !std::exchange(put_off_told_, true))
    port_.notice("sbatch puts off an array of " + std::to_string(s.items.size()) + " tasks: " + words);
}

void slurm_poller::watch(item_key key, const watch_order& m) {
  if (waiting_items_.count(key) != 0 || (in_flight_.count(key) != 0 && m.job_id == 0))
    return;
  auto now = port_.now();
  if (m.job_id != 0) {
    if (const auto known = watched_.job_id(key); known && *known != m.job_id)
      watched_.forget(key);  // nothing that was seen of the other is true of this one
    watched_.follow(key, m.job_id, m.job_name, m.last_submit, now);
    watched_.set_needs(key, m.needs, now);
  } else if (auto known = watched_.job_id(key)) {
    auto e = event_of(event_kind::submit_accepted, now);
    e.job_id = *known;
    tell(key, std::move(e));
  } else {
    // Its sbatch was under way in a backend that is no more, and may live until its deadline: only from then on
    // does silence say anything.
    watched_.expect(key, m.job_name, m.array_index, now);
    auto from = now;
    from.monotonic += 2 * config_.rules.command_deadline + core::limits::submit_patience;
    watched_.set_needs(key, item_needs{.search = true}, from);
    if (!m.needs.search)
      tell(key, event_of(event_kind::submit_unclear, now, "the backend was restarted during sbatch"));
  }
  if (m.clock != clock_kind::none)
    watched_.start_clock(key, m.clock, now);
  watched_.retell(key);
  plan_cycle();
}

void slurm_poller::forget(item_key key) {
  if (in_flight_.count(key) != 0)
    orphaned_.insert(key);
  else if (!watched_.knows(key))
    withdraw(key, "");
  watched_.forget(key);
}

void slurm_poller::ended(item_key key) {
  if (in_flight_.count(key) != 0)
    ended_early_.insert(key);
  watched_.ended(key);
}

void slurm_poller::forget_run(std::uint32_t run) {
  watched_.forget_run(run);
}

/// Takes back an order whose sbatch has not started. False: there is none.
bool slurm_poller::withdraw(item_key key, const char* words) {
  if (waiting_items_.erase(key) == 0)
    return false;
  const auto its_place = [key](auto& items) { return std::find(items.begin(), items.end(), key); };
  auto* const s =
      waiting_.find(key.run, [&](const submission& w) { return its_place(w.items) != w.items.end(); });
  assert(s != nullptr);
  const auto item = its_place(s->items);
  if (s->is_array())
    s->indexes.erase(s->indexes.begin() + (item - s->items.begin()));
  s->items.erase(item);
  if (s->items.empty())
    waiting_.erase(key.run, s);
  if (*words)
    tell(key, event_of(event_kind::submit_deferred, port_.now(), words));
  return true;
}

void slurm_poller::hold() {
  held_ = true;
  waiting_items_.clear();
  while (!waiting_.empty()) {
    const auto s = waiting_.take();
    for (const auto& key : s.items)
      tell(key, event_of(event_kind::submit_deferred, port_.now(), "settle is detaching"));
  }
}

}  // namespace settle::actors

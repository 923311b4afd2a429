// The poller's part that submits, watches again after a restart, and cancels.
#include "actors/slurm_poller.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"

#include <algorithm>

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
  case io::errc::storage:
    return event_kind::submit_deferred;
  case io::errc::maybe_submitted:
  case io::errc::bad_reply:
  case io::errc::cancelled:
    return event_kind::submit_unclear;
  }
  return event_kind::submit_unclear;
}

}  // namespace

void slurm_poller::order(item_key key, std::shared_ptr<const job_spec> spec) {
  waiting_.push_back({key, std::move(spec)});
  if (held_)
    hold();
  else
    submit_next();
}

void slurm_poller::submit_next() {
  while (!waiting_.empty() && !paused_ && in_flight_.size() < config_.submissions_at_once) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    in_flight_.insert(next.key);
    watched_.expect(next.key, next.spec->job_name, port_.now());
    port_.submit(next.key, *next.spec);
  }
}

void slurm_poller::resume_submissions() {
  paused_ = false;
  submit_next();
}

void slurm_poller::submitted(item_key key, const std::string& job_name,
                             const io::result<std::uint64_t>& answer) {
  in_flight_.erase(key);
  if (!answer) {
    refused(key, answer.error());
    submit_next();
    return;
  }
  refusals_ = 0;
  submit_next();
  if (orphaned_.erase(key) != 0) {
    cancels_.push_back(*answer);  // nobody waits for this job any more
    plan_cancels({});
    return;
  }
  auto now = port_.now();
  watched_.follow(key, *answer, job_name, std::nullopt, now);
  auto e = event_of(event_kind::submit_accepted, now);
  e.job_id = *answer;
  tell(key, std::move(e));
  plan_cycle();
}

void slurm_poller::refused(item_key key, const io::error& why) {
  if (orphaned_.erase(key) != 0)
    return;
  auto now = port_.now();
  auto kind = kind_of_refusal(why.code);
  if (kind == event_kind::submit_unclear) {
    // Not left to the item to ask: it may be a new actor that is searching already. A listing may have shown it.
    if (!watched_.job_id(key))
      watched_.set_needs(key, item_needs{.search = true}, now);
    plan_cycle();
  } else if (kind == event_kind::submit_deferred) {
    // A limit or a busy controller is the same for all that wait.
    paused_ = true;
    port_.wake_for_submissions(core::submit_backoff(++refusals_));
  }
  tell(key, event_of(kind, now, why.words));
}

void slurm_poller::watch(item_key key, const watch_order& m) {
  auto mine = [&](const waiting_order& o) { return o.key == key; };
  if (std::any_of(waiting_.begin(), waiting_.end(), mine) || in_flight_.count(key) != 0)
    return;
  auto now = port_.now();
  if (m.job_id != 0) {
    watched_.follow(key, m.job_id, m.job_name, m.last_submit, now);
    watched_.set_needs(key, m.needs, now);
  } else if (auto known = watched_.job_id(key)) {
    auto e = event_of(event_kind::submit_accepted, now);
    e.job_id = *known;
    tell(key, std::move(e));
  } else {
    // Its sbatch was under way in a backend that is no more, and may live until its deadline: only from then on
    // does silence say anything.
    watched_.expect(key, m.job_name, now);
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
  watched_.ended(key);
}

void slurm_poller::forget_run(std::uint32_t run) {
  watched_.forget_run(run);
}

/// Takes back an order whose sbatch has not started. False: there is none.
bool slurm_poller::withdraw(item_key key, const char* words) {
  auto mine = [key](const waiting_order& o) { return o.key == key; };
  auto i = std::find_if(waiting_.begin(), waiting_.end(), mine);
  if (i == waiting_.end())
    return false;
  waiting_.erase(i);
  if (*words)
    tell(key, event_of(event_kind::submit_deferred, port_.now(), words));
  return true;
}

void slurm_poller::hold() {
  held_ = true;
  for (auto& o : std::exchange(waiting_, {}))
    tell(o.key, event_of(event_kind::submit_deferred, port_.now(), "settle is detaching"));
}

void slurm_poller::cancel(item_key key, std::uint64_t job_id) {
  if (job_id == 0) {
    withdraw(key, "cancelled");
    return;
  }
  if (!watched_.still_owns_id(key))
    return;  // the controller lost our job and gave its id to another
  cancels_.push_back(job_id);
  // A short gathering time: cancelling a run sends one message per item, and one scancel takes thousands.
  plan_cancels(std::chrono::milliseconds{50});
  plan_cycle();
}

void slurm_poller::plan_cancels(core::duration wait) {
  if (std::exchange(cancelling_, true))
    return;
  port_.wake_for_cancels(wait);
}

void slurm_poller::send_cancels() {
  if (cancels_.empty()) {
    cancelling_ = false;
    return;
  }
  port_.cancel(std::exchange(cancels_, {}));
}

void slurm_poller::cancels_answered(const std::vector<std::uint64_t>& ids, bool done) {
  cancelling_ = false;
  cancel_failures_ = done ? 0 : cancel_failures_ + 1;
  if (!done)  // a controller in trouble: the wish stands for as long as we watch the job
    for (auto id : ids)
      if (watched_.is_followed(id))
        cancels_.push_back(id);
  if (!cancels_.empty())
    plan_cancels(done ? core::duration{} : core::submit_backoff(cancel_failures_));
}

}  // namespace settle::actors

// The Slurm backend's part that submits, watches again after a restart, and cancels.
#include "actors/slurm_backend.hpp"

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

void slurm_backend::order(const job_order& m) {
  items_[m.key] = m.item;
  waiting_.push_back(m);
  if (held_)
    hold();
  else
    submit_next();
}

void slurm_backend::submit_next() {
  while (!waiting_.empty() && !paused_ && in_flight_.size() < config_.submissions_at_once) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    in_flight_.insert(next.key);
    watched_.expect(next.key, next.spec->job_name, config_.now());
    auto me = caf::actor_cast<caf::actor>(this);
    config_.port->submit(*next.spec, [me, key = next.key, name = next.spec->job_name](auto answer) {
      submission_came m{key, name, std::nullopt, 0};
      if (answer)
        m.job_id = *answer;
      else
        m.refused = answer.error();
      compat::anon_send(me, std::move(m));
    });
  }
}

void slurm_backend::submitted(const submission_came& m) {
  in_flight_.erase(m.key);
  if (m.refused) {
    refused(m);
    submit_next();
    return;
  }
  refusals_ = 0;
  submit_next();
  if (orphaned_.erase(m.key) != 0) {
    cancels_.push_back(m.job_id);  // nobody waits for this job any more
    plan_cancels({});
    return;
  }
  auto now = config_.now();
  watched_.follow(m.key, m.job_id, m.job_name, std::nullopt, now);
  auto e = event_of(event_kind::submit_accepted, now);
  e.job_id = m.job_id;
  tell(m.key, std::move(e));
  plan_cycle();
}

void slurm_backend::refused(const submission_came& m) {
  if (orphaned_.erase(m.key) != 0)
    return;
  auto now = config_.now();
  auto kind = kind_of_refusal(m.refused->code);
  if (kind == event_kind::submit_unclear) {
    // Not left to the item to ask: it may be a new actor that is searching already.
    watched_.set_needs(m.key, item_needs{false, false, true}, now);
    plan_cycle();
  } else if (kind == event_kind::submit_deferred) {
    // A limit or a busy controller is the same for all that wait.
    paused_ = true;
    to_self_later(core::submit_backoff(++refusals_), submit_due{});
  }
  tell(m.key, event_of(kind, now, m.refused->words));
}

void slurm_backend::watch(const job_watch& m) {
  items_[m.key] = m.item;
  auto mine = [&](job_order& o) { return o.key == m.key; };
  if (auto i = std::find_if(waiting_.begin(), waiting_.end(), mine); i != waiting_.end()) {
    i->item = m.item;
    return;
  }
  if (in_flight_.count(m.key) != 0)
    return;
  auto now = config_.now();
  if (m.job_id != 0) {
    watched_.follow(m.key, m.job_id, m.job_name, m.first_submit, now);
    watched_.set_needs(m.key, m.needs, now);
  } else if (auto known = watched_.job_id(m.key)) {
    auto e = event_of(event_kind::submit_accepted, now);
    e.job_id = *known;
    tell(m.key, std::move(e));
  } else {
    // Its sbatch was under way in a backend that is no more, and may live until its deadline: only from then on
    // does silence say anything.
    watched_.expect(m.key, m.job_name, now);
    auto from = now;
    from.monotonic += 2 * config_.rules.command_deadline + core::limits::submit_patience;
    watched_.set_needs(m.key, item_needs{false, false, true}, from);
    if (!m.needs.search)
      tell(m.key, event_of(event_kind::submit_unclear, now, "the backend was restarted during sbatch"));
  }
  if (m.clock != clock_kind::none)
    watched_.start_clock(m.key, m.clock);
  watched_.retell(m.key);
  plan_cycle();
}

void slurm_backend::forget(item_key key) {
  if (in_flight_.count(key) != 0)
    orphaned_.insert(key);
  else if (!watched_.knows(key))
    withdraw(key, "");
  watched_.forget(key);
  items_.erase(key);
}

/// Takes back an order whose sbatch has not started. False: there is none.
bool slurm_backend::withdraw(item_key key, const char* words) {
  auto mine = [key](const job_order& o) { return o.key == key; };
  auto i = std::find_if(waiting_.begin(), waiting_.end(), mine);
  if (i == waiting_.end())
    return false;
  waiting_.erase(i);
  if (*words)
    tell(key, event_of(event_kind::submit_deferred, config_.now(), words));
  return true;
}

void slurm_backend::hold() {
  held_ = true;
  for (auto& o : std::exchange(waiting_, {}))
    tell(o.key, event_of(event_kind::submit_deferred, config_.now(), "settle is detaching"));
}

void slurm_backend::cancel(const job_cancel& m) {
  if (m.job_id == 0) {
    withdraw(m.key, "cancelled");
    return;
  }
  if (!watched_.still_owns_id(m.key))
    return;  // the controller lost our job and gave its id to another
  cancels_.push_back(m.job_id);
  // A short gathering time: cancelling a run sends one message per item, and one scancel takes thousands.
  plan_cancels(std::chrono::milliseconds{50});
  plan_cycle();
}

void slurm_backend::plan_cancels(core::duration wait) {
  if (std::exchange(cancelling_, true))
    return;
  to_self_later(wait, cancels_due{});
}

void slurm_backend::send_cancels() {
  if (cancels_.empty()) {
    cancelling_ = false;
    return;
  }
  auto me = caf::actor_cast<caf::actor>(this);
  auto ids = std::exchange(cancels_, {});
  config_.port->cancel(ids, [me, ids](io::result<void> said) {
    compat::anon_send(me, cancels_came{ids, said.has_value()});
  });
}

void slurm_backend::cancels_answered(const cancels_came& m) {
  cancelling_ = false;
  cancel_failures_ = m.done ? 0 : cancel_failures_ + 1;
  if (!m.done)  // a controller in trouble: the wish stands for as long as we watch the job
    for (auto id : m.ids)
      if (watched_.is_followed(id))
        cancels_.push_back(id);
  if (!cancels_.empty())
    plan_cancels(m.done ? core::duration{} : core::submit_backoff(cancel_failures_));
}

}  // namespace settle::actors

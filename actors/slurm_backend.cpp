#include "actors/slurm_backend.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"

#include <algorithm>
#include <cassert>

namespace settle::actors {

using core::event;
using core::event_kind;

slurm_backend::slurm_backend(caf::actor_config& cfg, slurm_backend_config config, caf::actor supervisor)
    : caf::event_based_actor(cfg), config_(std::move(config)), supervisor_(std::move(supervisor)),
      watched_(config_.rules) {}

caf::behavior slurm_backend::make_behavior() {
  return {
      [this](const job_order& m) { order(m); },
      [this](const job_watch& m) { watch(m); },
      [this](const needs_changed& m) { watched_.set_needs(m.key, m.needs, config_.now()); },
      [this](const clock_changed& m) {
        if (m.clock == clock_kind::none)
          watched_.stop_clock(m.key);
        else
          watched_.start_clock(m.key, m.clock);
      },
      [this](const job_cancel& m) { cancel(m); },
      [this](const job_forget& m) { forget(m.key); },
      [this](const submission_came& m) { submitted(m); },
      [this](const cancels_due&) { send_cancels(); },
      [this](const cancels_came& m) { cancels_answered(m); },
      [this](const hold_submissions&) { hold(); },
      [this](const submit_due&) {
        paused_ = false;
        submit_next();
      },
      [this](const cycle_due&) { begin_cycle(); },
      [this](const listing_came& m) { listing_answered(m); },
      [this](const accounting_came& m) { accounting_answered(m); },
      [this](const backlog_came& m) {
        if (m.cycle == cycle_) {
          backlog_empty_ = m.records == std::uint64_t{0};
          ask_accounting();
        }
      },
      [this](const supervisor_changed& m) { supervisor_ = m.supervisor; },
  };
}

void slurm_backend::on_exit() {
  items_.clear();
  supervisor_ = nullptr;
  waiting_.clear();
  config_.port.reset();  // here, not on the io thread, where the last handle to this actor may be dropped
}

// -- the cycle ---------------------------------------------------------------------------------------------------

void slurm_backend::plan_cycle() {
  if (std::exchange(planned_, true))
    return;
  auto wait = cycle_ == 0 ? core::duration{} : next_cycle_at_ - config_.now().monotonic;
  to_self_later(std::max(core::duration{}, wait), cycle_due{});
}

void slurm_backend::begin_cycle() {
  if (watched_.empty()) {
    planned_ = false;
    return;
  }
  ++cycle_;
  cycle_began_ = config_.now().monotonic;
  latency_ = {};
  cycle_failed_ = false;
  searched_ = false;
  accounting_calls_left_ = core::limits::accounting_calls_per_cycle_max;
  auto me = caf::actor_cast<caf::actor>(this);
  config_.port->list([me, cycle = cycle_](listing_answer a) {
    compat::anon_send(me, listing_came{cycle, std::move(a)});
  });
}

void slurm_backend::listing_answered(const listing_came& m) {
  if (m.cycle != cycle_)
    return;
  if (m.answer.what) {
    // Only answers tell how busy the other side is. A call that failed took its time-out, and has its own back-off:
    // an outage of seconds must not cost minutes afterwards.
    latency_ = std::max(latency_, m.answer.latency);
    recovered(controller_out_, "slurmctld");
    std::vector<delivery> out;
    watched_.listed(*m.answer.what, m.answer.begun, config_.now(), out);
    deliver(std::move(out));
  } else {
    cycle_failed_ = true;
    watched_.listing_failed();
    outage(controller_out_, "slurmctld", m.answer.what.error());
  }
  ask_backlog();
}

void slurm_backend::ask_accounting() {
  auto me = caf::actor_cast<caf::actor>(this);
  auto send_back = [me, cycle = cycle_](std::vector<std::string> names) {
    return [me, cycle, names = std::move(names)](accounting_answer a) {
      compat::anon_send(me, accounting_came{cycle, names, std::move(a)});
    };
  };
  if (!searched_) {
    searched_ = true;
    if (auto names = watched_.searched_names(); !names.empty()) {
      --accounting_calls_left_;
      config_.port->account_by_name(names, watched_.searched_since(), send_back(names));
      return;
    }
  }
  auto ids = watched_.accounting_ids();
  if (ids.empty() || accounting_calls_left_ == 0) {
    end_cycle();
    return;
  }
  auto calls = accounting_calls_left_;
  accounting_calls_left_ = 0;
  config_.port->account(std::move(ids), calls, send_back({}));
}

void slurm_backend::accounting_answered(const accounting_came& m) {
  if (m.cycle != cycle_)
    return;
  if (m.answer.what)
    latency_ = std::max(latency_, m.answer.latency);
  if (m.answer.disabled) {
    if (!std::exchange(accounting_disabled_told_, true))
      compat::send(this, supervisor_,
                   backend_notice{"this cluster keeps no accounting: slurmctld's own records decide"});
  } else if (m.answer.what) {
    recovered(accounting_out_, "accounting");
  } else {
    outage(accounting_out_, "accounting", m.answer.what.error());
  }
  std::vector<delivery> out;
  if (!m.names.empty())
    watched_.searched(m.names, m.answer, config_.now(), out);
  else
    watched_.accounted(m.answer, config_.now(), out);
  deliver(std::move(out));
  if (!m.names.empty())
    ask_accounting();
  else
    end_cycle();
}

/// Before accounting is asked: a queue that is empty then has handed over whatever accounting lacks after it.
void slurm_backend::ask_backlog() {
  backlog_empty_ = false;
  if (!watched_.submitted_due()) {
    ask_accounting();
    return;
  }
  auto me = caf::actor_cast<caf::actor>(this);
  config_.port->accounting_backlog([me, cycle = cycle_](std::optional<std::uint64_t> records) {
    compat::anon_send(me, backlog_came{cycle, records});
  });
}

void slurm_backend::end_cycle() {
  std::vector<delivery> out;
  watched_.deliver_due(config_.now(), backlog_empty_, out);
  deliver(std::move(out));
  failures_ = cycle_failed_ ? failures_ + 1 : 0;
  auto interval = core::next_interval(config_.rules, config_.interval_fixed, watched_.something_settles(),
                                      latency_, failures_);
  next_cycle_at_ = cycle_began_ + interval;
  planned_ = false;
  plan_cycle();
}

void slurm_backend::outage(bool& known, const char* who, const io::error& e) {
  if (std::exchange(known, true))
    return;
  compat::send(this, supervisor_, backend_notice{std::string{who} + " does not answer: " + e.words});
}

void slurm_backend::recovered(bool& known, const char* who) {
  if (std::exchange(known, false))
    compat::send(this, supervisor_, backend_notice{std::string{who} + " answers again"});
}

// -- telling items -----------------------------------------------------------------------------------------------

void slurm_backend::deliver(std::vector<delivery> what) {
  for (auto& d : what)
    if (auto i = items_.find(d.to); i != items_.end())
      compat::send(this, i->second, observed{std::move(d.what), std::move(d.rows)});
}

void slurm_backend::tell(item_key key, event e) {
  if (auto i = items_.find(key); i != items_.end())
    compat::send(this, i->second, observed{std::move(e), {}});
}

}  // namespace settle::actors

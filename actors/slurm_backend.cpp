#include "actors/slurm_backend.hpp"

namespace settle::actors {

slurm_backend::slurm_backend(caf::actor_config& cfg, slurm_backend_config config, caf::actor supervisor)
    : caf::event_based_actor(cfg), config_(std::move(config)), supervisor_(std::move(supervisor)),
      poller_(config_.polling, *this) {}

caf::behavior slurm_backend::make_behavior() {
  if (config_.arrays)
    config_.port->arrays([me = caf::actor_cast<caf::actor>(this)](array_limits limits) {
      compat::anon_send(me, arrays_allowed{limits});
    });
  return {
      // CAF tries them in order: first what comes of many items.
      [this](const item_wishes& m) {
        for (const auto& one : m.those) {
          if (one.clock)
            poller_.set_clock(one.key, *one.clock);
          if (one.needs)
            poller_.set_needs(one.key, *one.needs);
        }
      },
      [this](const jobs_forget& m) {
        for (const auto& one : m.those)
          forget(one);
      },
      [this](const arrays_allowed& m) { compat::send(this, supervisor_, m); },
      [this](const job_order& m) {
        know(m.key, m.item, m.postman);
        poller_.order(m.key, m.spec);
      },
      [this](const array_order& m) {
        for (std::size_t i = 0; i < m.tasks.size(); ++i)
          know(m.tasks[i], m.items[i], m.postman);
        poller_.order_array(m.tasks, m.array);
      },
      [this](const job_watch& m) {
        know(m.key, m.item, m.postman);
        poller_.watch(m.key, m.what);
      },
      [this](const job_cancel& m) { poller_.cancel(m.key, m.job_id); },
      [this](const run_forget& m) { poller_.forget_run(m.run); },
      [this](const submission_came& m) { poller_.submitted(m.key, m.job_name, m.answer); },
      [this](const cancels_due&) { poller_.send_cancels(); },
      [this](const cancels_came& m) { poller_.cancels_answered(m.done); },
      [this](const hold_submissions&) { poller_.hold(); },
      [this](const submit_due&) { poller_.resume_submissions(); },
      [this](const cycle_due&) { poller_.begin_cycle(); },
      [this](const listing_came& m) { poller_.listed(m.cycle, m.answer); },
      [this](accounting_came& m) { poller_.accounted(m.cycle, m.names, std::move(m.answer)); },
      [this](const backlog_came& m) { poller_.backlog(m.cycle, m.records); },
      [this](const mail_due&) { send_mail(); },
      [this](const pace_asked&) { go_on_telling(); },
      [this](const supervisor_changed& m) {
        supervisor_ = m.supervisor;
        go_on_telling();  // the one before may have died with the question
      },
  };
}

void slurm_backend::on_exit() {
  items_.clear();
  mail_.clear();
  postman_ = nullptr;
  untold_.clear();
  supervisor_ = nullptr;
  config_.port.reset();  // here, not on the io thread, where the last handle to this actor may be dropped
}

void slurm_backend::forget(const job_forget& m) {
  if (m.ended)
    poller_.ended(m.key);
  else
    poller_.forget(m.key);
  items_.erase(m.key);
}

// -- the poller's questions: asked on the port, answered to ourselves from its thread ------------------------------

void slurm_backend::list(std::uint64_t cycle) {
  config_.port->list([me = caf::actor_cast<caf::actor>(this), cycle](listing_answer a) {
    compat::anon_send(me, listing_came{cycle, std::move(a)});
  });
}

void slurm_backend::account(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::size_t calls_max) {
  config_.port->account(std::move(ids), calls_max,
                        [me = caf::actor_cast<caf::actor>(this), cycle](accounting_answer a) {
                          compat::anon_send(me, accounting_came{cycle, {}, std::move(a)});
                        });
}

void slurm_backend::account_by_name(std::uint64_t cycle, std::vector<std::string> names,
                                    core::epoch_seconds since) {
  config_.port->account_by_name(names, since,
                                [me = caf::actor_cast<caf::actor>(this), cycle, names](accounting_answer a) {
                                  compat::anon_send(me, accounting_came{cycle, names, std::move(a)});
                                });
}

void slurm_backend::accounting_backlog(std::uint64_t cycle) {
  config_.port->accounting_backlog(
      [me = caf::actor_cast<caf::actor>(this), cycle](std::optional<std::uint64_t> records) {
        compat::anon_send(me, backlog_came{cycle, records});
      });
}

void slurm_backend::submit(item_key key, const job_spec& job) {
  config_.port->submit(
      job, [me = caf::actor_cast<caf::actor>(this), key, name = job.job_name](io::result<std::uint64_t> a) {
        compat::anon_send(me, submission_came{key, name, std::move(a)});
      });
}

void slurm_backend::cancel(std::vector<std::uint64_t> ids) {
  config_.port->cancel(std::move(ids), [me = caf::actor_cast<caf::actor>(this)](io::result<void> said) {
    compat::anon_send(me, cancels_came{said.has_value()});
  });
}

void slurm_backend::wake_for_cycle(core::duration wait) {
  to_self_later(wait, cycle_due{});
}
void slurm_backend::wake_for_submissions(core::duration wait) {
  to_self_later(wait, submit_due{});
}
void slurm_backend::wake_for_cancels(core::duration wait) {
  to_self_later(wait, cancels_due{});
}

// -- what it tells others ------------------------------------------------------------------------------------------

namespace {

/// Told to items before the supervisor has taken what came of it: a listing of a million jobs is not a million
/// messages, reports and lines that are there at once.
constexpr std::size_t told_at_once = 4096;
/// In one bag: the items are at work on the first ones while the next are packed.
constexpr std::size_t mail_in_a_bag = 256;

}  // namespace

void slurm_backend::deliver(delivery d) {
  if (untold_.empty() && told_ < told_at_once)
    return hand_over(std::move(d));
  std::vector<delivery> one;
  one.push_back(std::move(d));
  deliver_all(std::move(one));
}

void slurm_backend::deliver_all(std::vector<delivery> all) {
  const bool first = untold_.empty();
  untold_.add(std::move(all));
  if (first)
    tell_on();
}

void slurm_backend::hand_over(delivery d) {
  ++told_;
  const auto i = items_.find(d.to);
  if (i == items_.end())
    return;
  observed what{std::move(d.what), std::move(d.rows)};
  if (!postman_)
    return compat::send(this, i->second, std::move(what));
  if (mail_.empty())
    compat::send(this, caf::actor_cast<caf::actor>(this), mail_due{});
  mail_.push_back({i->second, std::move(what)});
  if (mail_.size() >= mail_in_a_bag)
    send_mail();
}

void slurm_backend::know(item_key key, const caf::actor& item, const caf::actor& postman) {
  if (postman != postman_) {
    send_mail();
    postman_ = postman;
  }
  items_[key] = item;
}

void slurm_backend::send_mail() {
  if (!mail_.empty())
    compat::send(this, postman_, item_mailbag{std::exchange(mail_, {})});
}

void slurm_backend::tell_on() {
  while (told_ < told_at_once) {
    auto one = untold_.next();
    if (!one)
      break;
    hand_over(std::move(*one));
  }
  send_mail();
  if (!untold_.empty())
    compat::send(this, supervisor_, pace_asked{});
}

/// The supervisor has taken what was told before.
void slurm_backend::go_on_telling() {
  told_ = 0;
  tell_on();
}

void slurm_backend::notice(const std::string& words) {
  compat::send(this, supervisor_, backend_notice{words});
}

void slurm_backend::order_alone(const std::vector<item_key>& tasks) {
  compat::send(this, supervisor_, array_refused{tasks});
}

void slurm_backend::rerun(item_key key, core::event what) {
  compat::send(this, supervisor_, job_seen_again{key, std::move(what)});
}

}  // namespace settle::actors

#include "actors/local_backend.hpp"

#include "actors/event_of.hpp"
#include "actors/translate/process_words.hpp"

namespace settle::actors {

using core::event;
using core::event_kind;

local_backend::local_backend(caf::actor_config& cfg, std::shared_ptr<machine> port, clock_source now)
    : caf::event_based_actor(cfg), port_(std::move(port)), now_(std::move(now)) {}

caf::behavior local_backend::make_behavior() {
  return {
      [this](const job_order& m) { order(m); },
      [this](const process_came& m) { came(m); },
      [this](const job_watch& m) { watch(m); },
      [this](const job_cancel& m) { cancel(m); },
      [this](const jobs_forget& m) {
        for (const auto& one : m.those)
          processes_.erase(one.key);
      },
      [](const item_wishes&) {},  // nothing to poll here, nor to wait for
      [](const run_forget&) {},   // a process does not run again
      [](const supervisor_changed&) {},
      [](const hold_submissions&) {},  // nothing waits here: what is ordered is started
  };
}

void local_backend::on_exit() {
  processes_.clear();
  port_.reset();  // here, not on the io thread, where the last handle to this actor may be dropped
}

void local_backend::order(const job_order& m) {
  auto& p = processes_[m.key];
  p.item = m.item;
  p.spec = m.spec;
  auto me = caf::actor_cast<caf::actor>(this);
  port_->start(
      *m.spec,
      [me, key = m.key](io::result<std::uint64_t> started) {
        process_came came{.key = key};
        if (started)
          came.pid = *started;
        else
          came.refused = started.error();
        compat::anon_send(me, std::move(came));
      },
      [me, key = m.key](process_end end) {
        compat::anon_send(me, process_came{.key = key, .end = std::move(end)});
      });
}

/// Of an earlier backend, here or in another process: what became of it is asked of the machine.
void local_backend::look_for(const job_watch& m) {
  auto& p = processes_[m.key];
  p.item = m.item;
  p.spec = m.spec;
  auto me = caf::actor_cast<caf::actor>(this);
  port_->find(
      *m.spec, m.what.job_id != 0,
      [me, key = m.key](process_found found) {
        compat::anon_send(
            me,
            process_came{.key = key, .pid = found.pid, .end = std::move(found.end), .unrun = found.unrun});
      },
      [me, key = m.key](process_end end) {
        compat::anon_send(me, process_came{.key = key, .end = std::move(end)});
      });
}

void local_backend::came(const process_came& m) {
  auto i = processes_.find(m.key);
  if (i == processes_.end())
    return;
  auto& p = i->second;
  if (m.refused) {
    p.refused = m.refused;
    tell_refused(p);
    return;
  }
  if (m.unrun) {
    p.unrun = true;
    tell_unrun(p);
    return;
  }
  if (m.pid != 0)
    p.pid = m.pid;
  if (m.end) {
    p.end = m.end;
    tell_ended(p);
    return;
  }
  tell_started(p);
  if (p.cancel)
    port_->cancel(*p.spec);
}

void local_backend::watch(const job_watch& m) {
  auto i = processes_.find(m.key);
  if (i == processes_.end())
    return look_for(m);
  auto& p = i->second;
  p.item = m.item;
  if (p.refused)
    tell_refused(p);
  if (p.unrun)
    tell_unrun(p);
  if (p.pid != 0)
    tell_started(p);
  if (p.end)
    tell_ended(p);
}

void local_backend::cancel(const job_cancel& m) {
  auto i = processes_.find(m.key);
  if (i == processes_.end())
    return;
  if (i->second.pid == 0)
    i->second.cancel = true;
  else
    port_->cancel(*i->second.spec);
}

void local_backend::tell_refused(const process& p) {
  auto gone = p.refused->code == io::errc::rejected || p.refused->code == io::errc::bad_input;
  compat::send(this, p.item,
               observed{event_of(gone ? event_kind::submit_refused : event_kind::submit_deferred, now_(),
                                 p.refused->words),
                        {}});
}

void local_backend::tell_started(const process& p) {
  auto e = event_of(event_kind::process_started, now_());
  e.job_id = p.pid;
  compat::send(this, p.item, observed{std::move(e), {}});
}

/// The order is taken back: the item begins again, with a new token.
void local_backend::tell_unrun(const process& p) {
  for (const auto kind : {event_kind::submit_unclear, event_kind::search_silent})
    compat::send(this, p.item, observed{event_of(kind, now_()), {}});
}

void local_backend::tell_ended(const process& p) {
  auto e = event_of(event_kind::process_ended, now_());
  e.job_id = p.pid;
  e.ended = verdict_of(*p.end);
  compat::send(this, p.item, observed{std::move(e), {}});
}

}  // namespace settle::actors

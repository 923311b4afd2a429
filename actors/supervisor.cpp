#include "actors/supervisor.hpp"

#include "actors/core/pacing.hpp"
#include "actors/item_postman.hpp"
#include "actors/translate/journal_json.hpp"

#include <algorithm>
#include <random>

namespace settle::actors {

using core::effect;
using core::event_kind;
using core::item_index;
using core::item_status;
using core::stream_kind;
using core::submission;

supervisor_actor::supervisor_actor(caf::actor_config& cfg, std::shared_ptr<supervisor_state> state,
                                   caf::actor backend, caf::actor reader)
    : caf::event_based_actor(cfg), state_(std::move(state)), backend_(std::move(backend)),
      reader_(std::move(reader)), rules_(std::make_shared<const core::policy>(state_->config.rules)) {
  if (!state_->config.arrays)
    state_->arrays = array_limits{};
  if (!state_->crew) {
    state_->crew = caf::make_counted<item_crew>(system());
    if (!state_->config.lone_items)
      state_->postman = spawn_light<item_postman>(system(), state_->crew);
  }
}

caf::behavior supervisor_actor::make_behavior() {
  compat::watch_ends(this, [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
  adopt();
  return {
      [this](item_reports& m) {  // first: CAF tries them in order, and these are the many
        for (auto& one : m.those)
          reported(one);
        tell_let_go();
        fill_slots();
        answer_detached();
      },
      [this](const item_ends& m) {
        for (const auto& one : m.those)
          item_ended(one.who, one.why);
      },
      [this](submit_run& m) { return submit(std::move(m)); },
      [this](const resume_run& m) { return resume(m); },
      [this](const run_taken& m) { taken(m); },
      [this](const subscribe_run& m) { subscribe(m); },
      [this](const stream_ack& m) { acknowledged(m); },
      [this](const cancel_run& m) {
        auto* r = find(m.run);
        return r ? carry_out(state_->by_id[m.run], *r, {m.run, m.items})
                 : request_answer{false, "there is no run " + m.run};
      },
      [this](const forget_run& m) { return run_forgotten{forget(m.run)}; },
      [this](const requests_due&) {
        state_->looking = false;
        look_for_requests_now();
      },
      [this](const requests_came& m) { requests_came_in(m); },
      [this](const late_over& m) { end_late(m.run); },
      [this](const ask_run& m) { return state_of(m.run); },
      [this](const detach_all&) {
        state_->detaching = true;
        compat::send(this, backend_, hold_submissions{});
        for (auto& [number, r] : state_->runs)
          flush(number, r);
        auto promise = make_response_promise();
        detach_promises_.push_back(promise);
        answer_detached();
        return promise;
      },
      [this](const pace_asked& m) { compat::send(this, backend_, m); },
      [this](const job_seen_again& m) { seen_again(m); },
      [this](const document_came& m) { document_answered(m); },
      [this](const journal_came& m) { journal_answered(m); },
      [this](const retry_due& m) { retry(m.key); },
      [this](const arrays_allowed& m) { arrays_known(m.limits); },
      [this](const array_refused& m) {
        for (const auto& key : m.tasks)
          if (auto* r = find(key.run))
            r->alone.insert(key.index);
      },
      [this](const intents_due& m) {
        if (auto* r = find(m.run)) {
          r->gathering = false;
          r->gathered = true;
          flush(m.run, *r);
        }
      },
      [this](const slots_freed&) {
        slots_freed_ = false;
        fill_slots();
      },
      [this](const backend_notice& m) {
        for (auto& [number, r] : state_->runs)
          if (!r.finished) {
            r.book.tell_notice(m.words, state_->config.now().wall);
            flush(number, r);
          }
      },
      [this](const backend_changed& m) {
        backend_ = m.backend;
        for (auto& [number, r] : state_->runs)
          for (auto& [index, live] : r.live)
            compat::send(this, live.handle, m);
      },
      [this](const reader_changed& m) {
        reader_ = m.reader;
        for (auto& [number, r] : state_->runs)
          for (auto& [index, live] : r.live) {
            compat::send(this, live.handle, m);
            read_again_for(number, r, index);
          }
      },
      [this](const stop_all&) {
        for (auto& [number, r] : state_->runs) {
          for (auto& [index, live] : r.live)
            send_exit(live.handle, caf::exit_reason::user_shutdown);
          r.live.clear();
        }
        quit();
      },
  };
}

void supervisor_actor::on_exit() {
  backend_ = nullptr;
  reader_ = nullptr;
  // With the last holder of the state the port to the cluster goes, and with it the io thread: that has to happen
  // here, on a thread of the actor system, not wherever the last handle to this actor is dropped.
  state_.reset();
  taking_.clear();
  detach_promises_.clear();
}

void supervisor_actor::adopt() {
  // Items of an earlier supervisor report to this one from now on, each with its present state.
  auto me = caf::actor_cast<caf::actor>(this);
  for (auto& [number, r] : state_->runs) {
    if (r.finished && !r.late && !r.writing && !r.book.has_lines())
      continue;
    for (auto& [index, live] : r.live) {
      // It may have ended and told the one that died.
      compat::monitor(this, live.handle,
                      [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
      compat::send(this, live.handle, supervisor_changed{me});
      compat::send(this, live.handle, reader_changed{reader_});
      compat::send(this, live.handle, backend_changed{backend_});
      read_again_for(number, r, index);
    }
    for (auto& s : r.subscribers)
      s.busy = false;
    for (auto index : r.retries)  // its timer ended with the supervisor that set it
      compat::send(this, me, retry_due{{number, index}});
    // Lines that an earlier supervisor handed to the journal's thread are acknowledged to nobody now: they are
    // durable once the next ones are, for the writer keeps their order.
    if (std::exchange(r.writing, false)) {
      r.planned.insert(r.planned.begin(), r.writing_intents.begin(), r.writing_intents.end());
      r.writing_intents.clear();
      r.answers.insert(r.answers.begin(), r.writing_answers.begin(), r.writing_answers.end());
      r.writing_answers.clear();
    }
    r.gathering = false;  // as is the timer that ends it
    if (r.late)
      ask_late(number, r);
    if (!r.finished)
      r.book.tell_notice("the supervisor was restarted", state_->config.now().wall);
    flush(number, r);
  }
  tell_let_go();
  state_->looking = false;
  look_for_requests_soon();
  fill_slots();  // the message that some were freed may have been another's
}

supervised_run* supervisor_actor::find(const std::string& run) {
  auto i = state_->by_id.find(run);
  return i == state_->by_id.end() ? nullptr : find(i->second);
}

supervised_run* supervisor_actor::find(run_number number) {
  auto i = state_->runs.find(number);
  return i == state_->runs.end() ? nullptr : &i->second;
}

// -- supervision -----------------------------------------------------------------------------------------------------

void supervisor_actor::ended(const caf::actor_addr& who, const caf::error& why) {
  // One that ended in order has sent its answer first.
  const auto dead = std::find_if(taking_.begin(), taking_.end(),
                                 [&](const auto& entry) { return entry.second.taker == who.id(); });
  if (dead != taking_.end() && why) {
    run_answer answer;
    answer.trouble = "what takes run " + dead->first + " over died: " + compat::render(system(), why);
    return answer_taking(std::string(dead->first), answer);
  }
  for (auto& [number, r] : state_->runs) {
    auto& subs = r.subscribers;
    subs.erase(std::remove_if(subs.begin(), subs.end(), [&](const auto& s) { return s.who == who; }),
               subs.end());
  }
  item_ended(who.id(), why);
}

/// An item that ended in order has reported first and is no longer known here. Whoever still is has died, or its last
/// report was lost with another supervisor: either way its row tells where to go on.
void supervisor_actor::item_ended(caf::actor_id who, const caf::error& why) {
  auto i = state_->actors.find(who);
  if (i == state_->actors.end())
    return;
  auto key = i->second;
  if (auto* r = find(key.run); r && r->live.count(key.index) != 0)
    restart_item(key.run, *r, key.index, why);
}

bool supervisor_actor::restarts_exceeded() {
  auto now = state_->config.now().monotonic;
  auto& restarts = state_->restarts;
  restarts.push_back(now);
  while (!restarts.empty() && now - restarts.front() > core::limits::restart_period)
    restarts.pop_front();
  return restarts.size() > core::limits::restart_intensity;
}

void supervisor_actor::restart_item(run_number number, supervised_run& r, item_index index,
                                    const caf::error& why) {
  const std::string id(r.book.run().tasks().id(index));
  auto job = r.live.at(index).job;
  release(r, index);
  // Reports are lost with a supervisor by the thousand; that is its death, not theirs.
  if (why && restarts_exceeded()) {
    r.trouble = "item actors die too often; the last was \"" + id + "\": " + compat::render(system(), why);
    feed(r);
    return;
  }
  if (why)
    r.book.tell_notice("the actor of \"" + id + "\" died (" + compat::render(system(), why) +
                           ") and was started again",
                       state_->config.now().wall);
  auto it = r.book.run().at(index);
  // It may have died after its order went out: never a second sbatch for one intent.
  if (it.status == item_status::pending && it.sub != submission::unclear && it.sub != submission::asked) {
    it.sub = submission::asked;
    it.attempt = std::max(1U, it.attempt);
    ++it.submissions;
  }
  start_actor(number, r, index, std::move(it), std::move(job));
  read_again_for(number, r, index);
  if (cancel_wanted(r, index))
    tell_item({number, index}, r, event_kind::cancel_asked, {});
  flush(number, r);
}

bool supervisor_actor::settled_down() const {
  return std::all_of(state_->runs.begin(), state_->runs.end(), [](const auto& entry) {
    const auto& r = entry.second;
    return !r.trouble.empty() ||
           (r.asking.empty() && r.intended.empty() && r.planned.empty() && !r.writing && !r.book.has_lines());
  });
}

void supervisor_actor::answer_detached() {
  if (detach_promises_.empty() || !settled_down())
    return;
  for (auto& p : std::exchange(detach_promises_, {}))
    p.deliver(all_detached{});
}

}  // namespace settle::actors

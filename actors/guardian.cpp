#include "actors/guardian.hpp"

#include "actors/local_backend.hpp"
#include "actors/reader.hpp"
#include "actors/slurm_backend.hpp"

#include <cassert>
#include <utility>

namespace settle::actors {

guardian::guardian(caf::actor_config& cfg, system_config config)
    : caf::event_based_actor(cfg), state_(std::make_shared<supervisor_state>()) {
  assert((config.slurm == nullptr) != (config.local == nullptr));
  state_->config = std::move(config);
}

caf::behavior guardian::make_behavior() {
  compat::watch_ends(this, [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
  start_reader();
  start_supervisor();
  start_backend();
  return {
      [this](submit_run& m) { return admit(std::move(m)); },
      [this](const resume_run& m) { return admit(m); },
      [this](const refusal_came& m) { judged(m.words); },
      [this](const ask_run& m) { return compat::delegate(this, supervisor_, m); },
      [this](const forget_run& m) { return compat::delegate(this, supervisor_, m); },
      [this](const detach_all& m) { return compat::delegate(this, supervisor_, m); },
      [this](const subscribe_run& m) { compat::send(this, supervisor_, m); },
      // A million reports may wait there; what subscribers have had need not be held meanwhile.
      [this](const stream_ack& m) { compat::send_urgent(this, supervisor_, m); },
      [this](const cancel_run& m) { return compat::delegate(this, supervisor_, m); },
  };
}

void guardian::on_exit() {
  if (supervisor_)
    compat::anon_send(supervisor_, stop_all{});
  for (auto* child : {&reader_, &backend_})
    if (*child)
      caf::anon_send_exit(*child, caf::exit_reason::user_shutdown);
  reader_ = supervisor_ = backend_ = nullptr;
  waiting_.clear();
  state_ = nullptr;
}

void guardian::watch(const caf::actor& child) {
  compat::monitor(this, child,
                  [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
}

void guardian::start_reader() {
  const auto& c = state_->config;
  reader_ = c.reader_aside ? spawn<reader_actor, caf::detached>(c.now, c.claims)
                           : spawn<reader_actor>(c.now, c.claims);
  watch(reader_);
}

void guardian::start_supervisor() {
  supervisor_ = spawn<supervisor_actor>(state_, backend_, reader_);
  watch(supervisor_);
}

void guardian::start_backend() {
  const auto& c = state_->config;
  backend_ = c.local ? spawn<local_backend>(c.local, c.now)
                     : spawn<slurm_backend>(
                           slurm_backend_config{
                               c.slurm, {c.rules, c.interval_fixed, c.submissions_at_once}, c.now, c.arrays},
                           supervisor_);
  watch(backend_);
  compat::send(this, supervisor_, backend_changed{backend_});
}

template <class Request>
caf::response_promise guardian::admit(Request m) {
  auto whose = make_response_promise();
  if (state_->config.local) {
    whose.delegate(supervisor_, std::move(m));
    return whose;
  }
  waiting_.push_back({whose, std::move(m)});
  if (waiting_.size() == 1)
    state_->config.slurm->refusal([me = caf::actor_cast<caf::actor>(this)](std::string words) {
      compat::anon_send(me, refusal_came{std::move(words)});
    });
  return whose;
}

void guardian::judged(const std::string& refusal) {
  for (auto& request : std::exchange(waiting_, {})) {
    if (refusal.empty()) {
      std::visit([&](auto& m) { request.whose.delegate(supervisor_, std::move(m)); }, request.what);
      continue;
    }
    run_answer answer;
    answer.trouble = refusal;
    request.whose.deliver(std::move(answer));
  }
}

bool guardian::may_restart() {
  auto now = state_->config.now().monotonic;
  restarts_.push_back(now);
  while (!restarts_.empty() && now - restarts_.front() > core::limits::restart_period)
    restarts_.pop_front();
  return restarts_.size() <= core::limits::restart_intensity;
}

void guardian::ended(const caf::actor_addr& who, const caf::error& why) {
  if (!may_restart()) {
    // Restart intensity reached: give up in order. Whoever waits for us sees us end.
    quit(why ? why : caf::make_error(caf::sec::runtime_error));
    return;
  }
  auto words = compat::render(system(), why);
  if (who == supervisor_) {
    start_supervisor();
    compat::send(this, backend_, supervisor_changed{supervisor_});
  } else if (who == backend_) {
    start_backend();
    compat::send(this, supervisor_,
                 backend_notice{"the backend's actor died (" + words + ") and was started again"});
  } else if (who == reader_) {
    start_reader();
    compat::send(this, supervisor_, reader_changed{reader_});
  }
}

}  // namespace settle::actors

// Before the scheduler knows the item: sbatch, the search for a lost answer, cancel, a failed dependency.
#include "actors/core/item_actions.hpp"

#include <algorithm>
#include <cassert>

namespace settle::core {

namespace {

/// There may be a job, or there will be in a moment.
bool under_way(const item& it) {
  return it.sub == submission::asked || it.sub == submission::unclear;
}

verdict own_decision(item_status status, cause why, std::string words) {
  return {.status = status, .why = why, .error = std::move(words)};
}

void cancelled_before_submission(step& s) {
  conclude(s, own_decision(item_status::failed, cause::cancelled, "cancelled before it was submitted"));
}

/// A job of ours exists from now on.
void job_known(step& s) {
  item& it = s.it;
  assert(it.submissions > 0 && "nobody asked for this job");
  assert(s.e.job_id != 0);
  it.job_id = s.e.job_id;
  it.sub = submission::none;
  it.reason.clear();
  s.emit(effect::publish);
}

/// Our SIGTERM shows in a local process as a signal, or as the shell's code for one.
bool ended_by_cancel(const verdict& v) {
  constexpr std::int32_t shell_signal_base = 128;
  return v.why == cause::signal ||
         (v.why == cause::exit_nonzero && v.exit_code.value_or(0) > shell_signal_base);
}

}  // namespace

void on_ask(step& s) {
  if (under_way(s.it))
    return;  // said twice; a second sbatch would be a second job
  s.it.sub = submission::asked;
  s.it.attempt = std::max(s.it.attempt, 1U);
  ++s.it.submissions;
}

void on_accept(step& s) {
  s.it.status = item_status::submitted;
  job_known(s);
  start_clock(s);
  if (s.it.cancel_asked)
    s.emit(effect::cancel_job);
}

void on_adopt(step& s) {
  s.it.status = item_status::running;
  s.it.ever_running = true;
  job_known(s);
  stop_clock(s);
  stop_accounting(s);
  drop_candidate(s.it);
  if (s.it.cancel_asked)
    s.emit(effect::cancel_job);
}

void on_refuse(step& s) {
  if (under_way(s.it))
    conclude(s, own_decision(item_status::failed, cause::rejected, s.e.words));
}

void on_defer(step& s) {
  if (!under_way(s.it))
    return;
  if (s.it.cancel_asked) {
    cancelled_before_submission(s);
    return;
  }
  s.it.sub = submission::deferred;
  s.it.reason = s.e.words;
  s.emit(effect::submit_again);
}

void on_search(step& s) {
  if (s.it.sub != submission::asked)
    return;
  s.it.sub = submission::unclear;
  s.it.reason = s.e.words;
  s.emit(effect::search_token);
}

void on_repeat(step& s) {
  if (s.it.sub != submission::unclear)
    return;
  if (s.it.cancel_asked) {
    cancelled_before_submission(s);
    return;
  }
  s.it.sub = submission::none;
  s.it.reason.clear();
  s.emit(effect::submit_again);
}

namespace {

/// What was seen of the job that was thought to be its.
void forget_job(item& it) {
  forget_end(it);
  forget_reason(it);
  it.first_submit.reset();
  it.submit.reset();
  it.start.reset();
  it.restarts.reset();
  it.finished_at.reset();
  it.given_up.reset();
  it.denied = false;
  it.accounting_attempts = 0;
  it.batch_missing_cycles = 0;
}

}  // namespace

void on_take_up(step& s) {
  item& it = s.it;
  if (it.document_wanted || (it.job_id == s.e.job_id && it.status != item_status::submitted))
    return;
  if (it.job_id != s.e.job_id)
    forget_job(it);
  on_adopt(s);
}

void on_vanish(step& s) {
  if (s.it.sub == submission::unclear)
    conclude(s, own_decision(item_status::failed, cause::lost, s.e.words));
}

void on_withdraw(step& s) {
  s.it.cancel_asked = true;
  if (!under_way(s.it))
    cancelled_before_submission(s);
}

void on_doom(step& s) {
  if (under_way(s.it))
    return;  // as good as submitted: it may run
  conclude(s, own_decision(item_status::dep_failed, cause::dependency_failed,
                           s.e.words.empty() ? "a dependency failed" : s.e.words));
}

void on_stray(step& s) {
  // Only an item decided before it had a job can be surprised by one; the verdict stays, the job must go.
  if (s.it.job_id != 0 || s.e.job_id == 0)
    return;
  s.it.job_id = s.e.job_id;
  s.emit(effect::cancel_job);
}

void on_cancel(step& s) {
  s.it.cancel_asked = true;
  if (!s.it.document_wanted)
    s.emit(effect::cancel_job);
}

void on_exit(step& s) {
  assert(s.it.submissions > 0 && "nobody asked for this process");
  if (s.it.document_wanted)
    return;  // said again: its success is known
  if (s.e.job_id != 0)
    s.it.job_id = s.e.job_id;
  verdict v = *s.e.ended;
  v.who = v.why == cause::lost ? evidence::not_applicable : evidence::process;
  if (v.status == item_status::failed && s.it.cancel_asked && ended_by_cancel(v)) {
    v.why = cause::cancelled;
    v.error = "cancelled";
  }
  s.it.sub = submission::none;
  decide(s, std::move(v));
}

}  // namespace settle::core

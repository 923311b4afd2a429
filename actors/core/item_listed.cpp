// What listings show of an item, and what their silence shows.
#include "actors/core/item_actions.hpp"

#include <cassert>

namespace settle::core {

namespace {

template <class T>
bool changed(const maybe<T>& last, const maybe<T>& now) {
  return last && now && *last != *now;
}

/// Unknown is not changed. The start time tells only of a job that was thought over or running and now is not:
/// a pending job's start is a forecast, and a configuring node moves it.
bool opens_attempt(const item& it, const listed_job& job, item_status to) {
  const bool came_back =
      it.status == item_status::settling || (it.status == item_status::running && to == item_status::queued);
  return changed(it.restarts, job.restarts) || changed(it.submit, job.submit) ||
         (came_back && changed(it.start, job.start));
}

void remember(item& it, const listed_job& job, bool started) {
  if (job.restarts)
    it.restarts = job.restarts;
  if (job.submit)
    it.submit = job.submit;
  if (!it.first_submit)
    it.first_submit = job.submit;
  if (started && job.start)
    it.start = job.start;
}

void remember_end(item& it, const listed_job& job) {
  remember(it, job, true);
  it.denied = false;
  if (job.exact.exit || job.exact.signal)
    it.exact = job.exact;
}

listed_job row_of(const event& e) {
  listed_job job = *e.job;
  job.means = e.kind == event_kind::listed_succeeded ? meaning::succeeded
              : e.kind == event_kind::listed_failed  ? meaning::failed
                                                     : meaning::interrupted;
  return job;
}

/// What people are told of why it waits. A reason that may go by itself is told once in an attempt: such reasons come
/// and go with every look of the scheduler's. Returns whether that is to be told now.
bool note_reason(item& it, const listed_job& job, bool queued) {
  const prospect was = it.outlook;
  const bool was_told = it.reason_told;
  const bool same = was == job.outlook && (was == prospect::may_start || it.reason == job.reason);
  it.outlook = queued ? job.outlook : prospect::starts;
  it.reason = queued ? job.reason : short_text{};
  it.reason_told = it.outlook == prospect::stuck ||
                   (it.outlook == prospect::may_start && (!it.delay_told || (was_told && same)));
  it.delay_told = it.delay_told || it.outlook == prospect::may_start;
  return it.reason_told ? !was_told || !same : was_told;
}

/// The clock of a stuck job runs on while listings show it stuck, for whatever reason.
void time_stuck(step& s, item_status from) {
  const bool times = s.it.outlook == prospect::stuck && s.rules.fail_stuck_after;
  if (times && from == item_status::queued && s.it.clock_running)
    return;
  stop_clock(s);
  if (times)
    start_clock(s);
}

void seen(step& s, item_status to) {
  item& it = s.it;
  if (it.document_wanted) {
    on_rerun(s);  // its success is decided, only not yet shown
    return;
  }
  const item_status from = it.status;
  const bool next_attempt = opens_attempt(it, *s.e.job, to);
  if (next_attempt) {
    ++it.attempt;
    it.start.reset();
    it.delay_told = false;
    it.given_up.reset();
  }
  remember(it, *s.e.job, to == item_status::running);
  forget_end(it);
  it.finished_at.reset();
  it.denied = false;
  it.ever_running = it.ever_running || to == item_status::running;
  const bool news = note_reason(it, *s.e.job, to == item_status::queued);
  it.status = to;
  if (from != to || next_attempt || news)
    s.emit(effect::publish);
  time_stuck(s, from);
  stop_accounting(s);
  // A cancelled job that comes back was not reached by that cancel.
  if (it.cancel_asked && (next_attempt || from == item_status::settling))
    s.emit(effect::cancel_job);
}

/// Another life has begun and ended between two listings: what an earlier one left decides nothing any more.
void begin_unseen_life(step& s) {
  item& it = s.it;
  if (it.document_wanted || !(changed(it.restarts, s.e.job->restarts) || changed(it.submit, s.e.job->submit)))
    return;
  ++it.attempt;
  it.start.reset();
  it.batch_missing_cycles = 0;
  forget_end(it);
  s.emit(effect::publish);
}

std::string in_seconds(duration d) {
  constexpr auto second = duration{seconds{1}}.count();
  return d.count() % second == 0 ? std::to_string(d.count() / second) + " s"
                                 : std::to_string(d.count()) + " ms";
}

/// COMPLETING outlasts accounting's final row: the same life ending, not another one. It shows no start.
bool same_life(const item& it, const event& e) {
  if (e.kind != event_kind::listed_alive)
    return false;
  const auto& known = it.start ? it.start : it.reached ? it.reached->facts.start : maybe<epoch_seconds>{};
  return !e.job->start || (known && e.job->start == known && !changed(it.restarts, e.job->restarts));
}

}  // namespace

void on_wait(step& s) {
  seen(s, item_status::queued);
}
void on_run(step& s) {
  seen(s, item_status::running);
}

void on_present(step& s) {
  s.it.denied = false;
  // It is there, whatever it does: what has no record is not missing yet.
  if (!s.it.document_wanted)
    start_clock(s);
}

void on_leave(step& s) {
  if (s.e.kind == event_kind::absent) {
    s.it.denied = true;
    settle_now(s);
    return;
  }
  s.it.controller = row_of(s.e);
  remember_end(s.it, *s.e.job);
  settle_now(s);
  count_down(s);
}

void on_end(step& s) {
  begin_unseen_life(s);
  s.it.controller = row_of(s.e);
  remember_end(s.it, *s.e.job);
  count_down(s);
}

void on_fail(step& s) {
  if (s.it.document_wanted && is_confirmed(*s.it.candidate))
    return;
  s.it.controller = row_of(s.e);
  remember_end(s.it, *s.e.job);
  conclude(s, from_controller(*s.it.controller, evidence::queue));
}

void on_miss(step& s) {
  s.it.denied = true;
  count_down(s);
  if (s.it.status == item_status::submitted)
    ask_accounting(s);
}

void on_gone(step& s) {
  s.it.denied = true;
  count_down(s);
}

void on_give_up(step& s) {
  item& it = s.it;
  it.clock_running = false;
  if (it.outlook != prospect::stuck || !s.rules.fail_stuck_after)
    return;
  if (!it.cancel_asked && !it.given_up)
    it.given_up =
        "cancelled by settle after " + in_seconds(*s.rules.fail_stuck_after) + ": " + it.reason.str();
  s.emit(effect::cancel_job);
  start_clock(s);
}

void on_rerun(step& s) {
  if (s.it.rerun_reported || s.e.begun < s.it.decided || same_life(s.it, s.e))
    return;
  s.it.rerun_reported = true;
  s.emit(effect::report_rerun);
}

}  // namespace settle::core

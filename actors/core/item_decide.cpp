// The steps that several handlers share: reaching a verdict, beginning to settle, clocks and questions.
#include "actors/core/item_actions.hpp"

#include <cassert>

namespace settle::core {

namespace {

void note_end(item& it, instant now) {
  if (it.reached->facts.end)
    it.finished_at = std::chrono::seconds{*it.reached->facts.end};
  else if (!it.finished_at)
    it.finished_at = now.wall;
}

/// A success that is not yet shown: the generator still owes its document.
void want_document(step& s, verdict v) {
  const bool confirmed = is_confirmed(v);
  if (s.it.status != item_status::settling) {
    s.it.status = item_status::settling;
    s.it.finished_at = s.e.at.wall;
    s.it.accounting_attempts = 0;
    s.emit(effect::publish);
  }
  drop_candidate(s.it);
  s.it.candidate = std::move(v);
  s.it.document_wanted = true;
  stop_clock(s);
  if (confirmed)
    stop_accounting(s);
  s.emit(effect::read_document);
}

}  // namespace

void decide(step& s, verdict v) {
  if (v.status == item_status::completed && s.it.generator)
    want_document(s, std::move(v));
  else
    conclude(s, std::move(v));
}

void explain_cancel(const item& it, verdict& v) {
  if (it.given_up && v.why == cause::cancelled)
    v.error = *it.given_up;
}

void forget_reason(item& it) {
  it.reason.clear();
  it.outlook = prospect::starts;
  it.reason_told = false;
}

void conclude(step& s, verdict v) {
  item& it = s.it;
  assert(is_terminal(v.status));
  if (it.exact)
    sharpen(v, *it.exact);
  if (v.status == item_status::failed && v.exit_code == 0 && !v.signal)
    v.exit_code.reset();  // alone it would read as success
  explain_cancel(it, v);
  it.status = v.status;
  it.sub = submission::none;
  it.document_wanted = false;
  drop_candidate(it);
  it.reached = std::move(v);
  it.decided = s.e.at.monotonic;
  forget_reason(it);
  note_end(it, s.e.at);
  s.emit(effect::publish);
  stop_clock(s);
  if (is_confirmed(*it.reached))
    stop_accounting(s);
  s.emit(effect::finished);
}

void settle_now(step& s) {
  item& it = s.it;
  it.status = item_status::settling;
  it.finished_at = s.e.at.wall;
  it.accounting_attempts = 0;
  it.batch_missing_cycles = 0;
  forget_reason(it);
  s.emit(effect::publish);
  it.accounting_asked = true;
  s.emit(effect::ask_accounting);
  start_clock(s);
}

void count_down(step& s) {
  item& it = s.it;
  if (!it.candidate || it.document_wanted || s.e.begun < it.candidate_read)
    return;
  assert(it.listings_needed > 0);
  // The last step of an interrupted job is not taken before its later lives would have reached accounting.
  if (it.listings_needed == 1 && !it.candidate_newest)
    return;
  if (--it.listings_needed > 0)
    return;
  verdict v = *it.candidate;
  // Either the controller lost its state and with it the job, or it was restarted after somebody's scancel and
  // forgot who (measured): the scheduler's word stands, and the doubt is said.
  if (it.bare_cancel && !it.cancel_asked && !it.controller)
    v.error = "cancelled; accounting names no canceller: the controller may have lost it";
  conclude(s, std::move(v));
}

void drop_candidate(item& it) {
  it.candidate.reset();
  it.listings_needed = 0;
  it.candidate_read = {};
  it.candidate_newest = false;
  it.backlog_asked = false;
  it.bare_cancel = false;
}

void forget_end(item& it) {
  drop_candidate(it);
  it.controller.reset();
  it.exact.reset();
  it.accounting_row_seen = false;
  it.never_ran_row = false;
}

void start_clock(step& s) {
  s.it.clock_running = true;
  s.emit(effect::start_clock);
}

void stop_clock(step& s) {
  if (s.it.clock_running)
    s.emit(effect::stop_clock);
  s.it.clock_running = false;
}

void ask_accounting(step& s) {
  if (!s.it.accounting_asked)
    s.emit(effect::ask_accounting);
  s.it.accounting_asked = true;
}

void stop_accounting(step& s) {
  if (s.it.accounting_asked)
    s.emit(effect::stop_accounting);
  s.it.accounting_asked = false;
}

}  // namespace settle::core

// What must hold of every item at every moment, and what a new process owes an item that it found.
#include "actors/core/item_actions.hpp"

#include <cassert>

namespace settle::core {

namespace {

void check_failure(const verdict& v) {
  assert(v.why != cause::none);
  assert(v.exit_code != 0 || v.signal);  // a bare 0 would read as success
  assert((v.status == item_status::dep_failed) == (v.why == cause::dependency_failed));
  if (v.why == cause::rejected || v.why == cause::dependency_failed)
    assert(v.who == evidence::not_applicable);
}

void check_completion(const verdict& v) {
  assert(v.why == cause::none);
  assert(v.exit_code.value_or(0) == 0 && !v.signal);
  assert(v.who != evidence::not_applicable && v.who != evidence::queue);
  assert((v.who == evidence::none) == v.error.starts_with(unconfirmed_marker));
}

void check_verdict(const verdict& v) {
  assert(is_terminal(v.status));
  if (v.status == item_status::completed)
    check_completion(v);
  else
    check_failure(v);
}

void check_candidate(const item& it) {
  assert(it.status == item_status::submitted || it.status == item_status::settling);
  check_verdict(*it.candidate);
  if (it.document_wanted)
    assert(it.candidate->status == item_status::completed && it.listings_needed == 0);
  else
    assert(it.candidate->status == item_status::failed && it.listings_needed > 0);
}

void check_live(const item& it) {
  assert(it.job_id != 0);
  assert(it.attempt > 0 && it.submissions > 0);
  if (it.status == item_status::settling)
    assert(it.document_wanted || it.accounting_asked);
  if (it.status == item_status::queued || it.status == item_status::running)
    assert(!it.accounting_asked && !it.controller);
  if (it.clock_running)
    assert(it.status != item_status::running &&
           (it.status != item_status::queued || it.outlook == prospect::stuck));
  if (it.status == item_status::running)
    assert(it.ever_running);
}

}  // namespace

void check(const item& it) {
  assert(it.reached.has_value() == is_terminal(it.status));
  if (it.reached) {
    assert(it.reached->status == it.status);
    check_verdict(*it.reached);
    assert(!it.clock_running);
    if (is_confirmed(*it.reached))
      assert(!it.accounting_asked);
  }
  assert(it.finished_at.has_value() == (is_terminal(it.status) || it.status == item_status::settling));
  if (it.status != item_status::queued)
    assert(it.outlook == prospect::starts && !it.reason_told);
  assert(!it.reason_told || it.outlook != prospect::starts);
  assert(it.sub == submission::none || it.status == item_status::pending);
  if (it.sub != submission::none)
    assert(it.attempt > 0 && it.submissions > 0);
  if (it.status == item_status::pending)
    assert(it.job_id == 0 && !it.clock_running && !it.accounting_asked && !it.ever_running);
  if (is_live(it.status) && !it.document_wanted)
    check_live(it);
  assert(!it.document_wanted || (it.generator && it.status == item_status::settling && it.candidate));
  if (it.candidate)
    check_candidate(it);
  else
    assert(it.listings_needed == 0);
}

namespace {

void resume_live(step& s) {
  item& it = s.it;
  if (it.document_wanted) {
    if (it.accounting_asked)
      s.emit(effect::ask_accounting);
    s.emit(effect::read_document);
    return;
  }
  drop_candidate(it);  // accounting is asked again, and listings of this process answer it
  if (it.accounting_asked)
    s.emit(effect::ask_accounting);
  if (it.status == item_status::submitted || it.status == item_status::settling)
    start_clock(s);
  else
    it.clock_running = false;  // the first listing that shows it stuck starts it again
  if (it.cancel_asked || (it.given_up && it.status != item_status::running))
    s.emit(effect::cancel_job);
}

}  // namespace

std::vector<effect> resume(item& it, instant now) {
  std::vector<effect> effects;
  const event found{.at = now};
  const policy rules;
  step s{it, found, rules, effects};
  it.accounting_attempts = 0;
  it.batch_missing_cycles = 0;
  it.decided = now.monotonic;
  if (it.sub == submission::asked || it.sub == submission::unclear) {
    it.sub = submission::unclear;
    s.emit(effect::search_token);
  } else if (is_live(it.status)) {
    resume_live(s);
  } else if (it.reached && !is_confirmed(*it.reached)) {
    it.accounting_asked = true;
    s.emit(effect::ask_accounting);
  }
  check(it);
  return effects;
}

}  // namespace settle::core

// Settling: what accounting, the other witnesses and the clock say of a job that the queue no longer holds.
#include "actors/core/item_actions.hpp"

#include <cassert>
#include <limits>

namespace settle::core {

namespace {

void count_attempt(item& it) {
  if (it.accounting_attempts < std::numeric_limits<std::uint16_t>::max())
    ++it.accounting_attempts;
}

/// True once the main row may decide without .batch.
bool batch_waited_for(item& it) {
  if (it.batch_missing_cycles < limits::batch_row_missing_cycles_max)
    ++it.batch_missing_cycles;
  return it.batch_missing_cycles >= limits::batch_row_missing_cycles_max;
}

bool decides_at_once(item& it, const judgement& j) {
  return j.what == judgement::kind::success ||
         (j.what == judgement::kind::batch_missing && batch_waited_for(it));
}

bool is_failure(const judgement& j) {
  return j.what == judgement::kind::failure || j.what == judgement::kind::interruption;
}

/// A failure row waits for listings begun after it was read: a requeue must get its chance to show.
void nominate(item& it, const verdict& v, std::uint8_t listings, duration read) {
  const bool same = it.candidate && it.candidate->who == v.who && it.candidate->why == v.why;
  if (same && read >= it.candidate_read) {
    it.candidate = v;  // the same row read again goes on waiting, perhaps with more details
    return;
  }
  drop_candidate(it);
  it.candidate = v;
  it.candidate_read = read;
  it.listings_needed = listings;
}

void nominate_row(item& it, const event& e) {
  const bool interrupted = e.judged->what == judgement::kind::interruption;
  nominate(it, e.judged->reached,
           interrupted ? limits::listings_after_interruption : limits::listings_after_failure, e.read);
  it.bare_cancel = e.judged->bare_cancel;
  it.candidate_newest = it.candidate_newest || !interrupted || e.accounting_caught_up;
  it.backlog_asked = !it.candidate_newest;
}

/// An unconfirmed success is decided but not shown, since the document is being read: accounting may still speak.
void judge_generator(step& s) {
  item& it = s.it;
  if (is_confirmed(*it.candidate))
    return;
  if (is_failure(*s.e.judged)) {
    conclude(s, s.e.judged->reached);
  } else if (decides_at_once(it, *s.e.judged)) {
    it.candidate = s.e.judged->reached;
    stop_accounting(s);
  }
}

verdict unconfirmed(const item& it) {
  verdict v{.who = evidence::none};
  v.error = unconfirmed_marker;
  v.error += it.ever_running ? " (it was seen running)" : " (it was never seen running)";
  return v;
}

verdict witness_of(const event& e) {
  verdict v = *e.ended;
  v.who = evidence::witness;
  return v;
}

bool is_lost(const item& it) {
  return it.accounting_row_seen && it.never_ran_row && !it.ever_running && it.denied;
}

verdict lost() {
  return {.status = item_status::failed,
          .who = evidence::accounting,
          .why = cause::lost,
          .error = "accounting says it never ran, and the controller no longer knows it"};
}

/// It waited with the rest of its array and is gone from there; had it begun, accounting would have its row.
verdict taken_from_array() {
  return {.status = item_status::failed,
          .who = evidence::accounting,
          .why = cause::cancelled,
          .error =
              "it waited in its array, is gone from there, and accounting knows no beginning of it: it was "
              "cancelled before it began, of which Slurm keeps no record"};
}

verdict with_doubt(verdict v) {
  v.warning =
      "accounting had not caught up with the controller: a later life of this job may be missing there";
  return v;
}

/// No final row came in time: the other witnesses.
void fall_back(step& s) {
  item& it = s.it;
  if (it.controller)
    decide(s, from_controller(*it.controller, evidence::controller));
  else if (it.candidate && it.denied && !it.candidate_newest && it.listings_needed == 1)
    conclude(s, with_doubt(*it.candidate));
  else if (it.candidate)
    start_clock(s);  // a failure row is there; only the listings are missing
  else if (s.e.witnessed)
    decide(s, witness_of(s.e));
  else if (is_lost(it))
    conclude(s, lost());
  else if (it.given_up && it.denied && !it.ever_running)
    conclude(s, {.status = item_status::failed, .why = cause::cancelled});
  else
    decide(s, unconfirmed(it));
}

/// Submitted, and no listing ever showed it: its clock runs only while listings succeed, and one that shows it
/// ends or restarts that clock.
void never_seen(step& s) {
  item& it = s.it;
  it.denied = true;
  if (it.candidate || it.accounting_attempts == 0) {
    ask_accounting(s);
    start_clock(s);
  } else if (it.accounting_row_seen || it.accounting_off || s.e.witnessed) {
    settle_now(s);  // the cluster knew it, or nobody could: it left the queue before anyone looked
  } else if (s.e.accounting_caught_up) {
    conclude(s, {.status = item_status::failed,
                 .who = evidence::accounting,
                 .why = cause::never_recorded,
                 .error = "sbatch gave an id, but neither the queue nor accounting ever knew it" +
                          (s.e.words.empty() ? std::string{} : "; " + s.e.words)});
  } else {
    ask_accounting(s);
    start_clock(s);
  }
}

/// Accounting or a witness tells how an unconfirmed completion really ended: once, then it is confirmed.
void correct(step& s, verdict v) {
  item& it = s.it;
  if (it.exact)
    sharpen(v, *it.exact);
  explain_cancel(it, v);
  it.status = v.status;
  it.reached = std::move(v);
  if (it.reached->facts.end)
    it.finished_at = std::chrono::seconds{*it.reached->facts.end};
  it.decided = s.e.at.monotonic;
  s.emit(effect::publish);
  s.emit(effect::report_correction);
  stop_accounting(s);
  s.emit(effect::finished);
}

template <class T>
void fill(maybe<T>& into, const maybe<T>& from) {
  if (!into)
    into = from;
}

/// Details that the evidence of the verdict did not have. The outcome itself is not touched.
void fill_details(item& it, const verdict& from) {
  verdict& v = *it.reached;
  if (v.status != from.status)
    return;
  fill(v.facts.start, from.facts.start);
  fill(v.facts.end, from.facts.end);
  fill(v.facts.elapsed_s, from.facts.elapsed_s);
  fill(v.facts.cpu_ms, from.facts.cpu_ms);
  fill(v.facts.max_rss_bytes, from.facts.max_rss_bytes);
  fill(v.facts.cpu_efficiency, from.facts.cpu_efficiency);
  if (v.facts.node_list.empty())
    v.facts.node_list = from.facts.node_list;
  if (v.facts.raw_state.empty())
    v.facts.raw_state = from.facts.raw_state;
  if (!v.exit_code && !v.signal && v.why == from.why) {
    v.exit_code = from.exit_code;
    v.signal = from.signal;
  }
  if (from.facts.end)
    it.finished_at = std::chrono::seconds{*from.facts.end};
}

}  // namespace

void on_judge(step& s) {
  item& it = s.it;
  const judgement& j = *s.e.judged;
  count_attempt(it);
  if (it.document_wanted) {
    judge_generator(s);
    return;
  }
  if (j.what == judgement::kind::no_row)
    return;
  it.accounting_row_seen = true;
  it.never_ran_row = j.what == judgement::kind::not_final && j.never_ran;
  if (is_failure(j)) {
    nominate_row(it, s.e);
    return;
  }
  drop_candidate(it);  // the newest row is no failure (any more)
  if (decides_at_once(it, j))
    decide(s, j.reached);
}

void on_silent(step& s) {
  count_attempt(s.it);
}

void on_no_books(step& s) {
  item& it = s.it;
  count_attempt(it);
  it.accounting_off = true;
  if (it.document_wanted || it.candidate)
    return;
  if (it.controller && it.controller->means == meaning::interrupted) {
    nominate(it, from_controller(*it.controller, evidence::controller), limits::listings_after_interruption,
             s.e.at.monotonic);
    it.candidate_newest = true;  // the controller's own record
  } else if (it.controller)
    decide(s, from_controller(*it.controller, evidence::controller));
  else if (s.e.witnessed && it.denied)
    decide(s, witness_of(s.e));
}

void on_overdue(step& s) {
  item& it = s.it;
  if (s.e.rest_of_array) {
    const bool known = it.controller || it.candidate || it.ever_running || s.e.witnessed ||
                       (it.accounting_row_seen && !it.never_ran_row);
    if (it.status == item_status::settling && it.denied && !known && it.accounting_attempts > 0)
      conclude(s, taken_from_array());
    return;
  }
  it.clock_running = false;
  if (it.document_wanted)
    return;
  if (it.status == item_status::submitted) {
    never_seen(s);
    return;
  }
  if (!s.rules.settle_no_record)
    return;  // `never`: settling lasts until somebody knows
  if (it.accounting_attempts == 0)
    start_clock(s);
  else
    fall_back(s);
}

void on_deliver(step& s) {
  assert(s.it.document_wanted);
  verdict v = *s.it.candidate;
  conclude(s, std::move(v));
}

void on_spoil(step& s) {
  assert(s.it.document_wanted);
  verdict v = *s.it.candidate;
  v.status = item_status::failed;
  v.why = cause::generator_failed;
  v.error = s.e.words.empty() ? "the document it had to write is missing or wrong" : s.e.words;
  conclude(s, std::move(v));
}

void on_amend(step& s) {
  item& it = s.it;
  const judgement& j = *s.e.judged;
  if (!is_confirmed(*it.reached)) {
    it.backlog_asked = j.what == judgement::kind::interruption;
    if (it.backlog_asked && !s.e.accounting_caught_up)
      return;  // a later life may be on its way
    if (is_failure(j) || decides_at_once(it, j))
      correct(s, j.reached);
  } else if (it.reached->who != evidence::not_applicable &&
             (is_failure(j) || j.what == judgement::kind::success)) {
    fill_details(it, j.reached);
  }
}

}  // namespace settle::core

// What must hold of every item at every moment, and what a new process owes an item that it found.
#include "actors/core/item_actions.hpp"

#include <cassert>
#include <initializer_list>
#include <string_view>

namespace settle::core {

namespace {

using words = std::string_view;

/// The first of the rules that does not hold.
struct rule {
  bool holds;
  words what;
};
words first_broken(std::initializer_list<rule> rules) noexcept {
  for (const rule& r : rules)
    if (!r.holds)
      return r.what;
  return {};
}

words broken_by_failure(const verdict& v) noexcept {
  const bool own = v.why == cause::rejected || v.why == cause::dependency_failed;
  return first_broken({
      {v.why != cause::none, "a failure has a cause"},
      {v.exit_code != 0 || v.signal, "a failure's bare exit code 0 would read as success"},
      {(v.status == item_status::dep_failed) == (v.why == cause::dependency_failed),
       "dep_failed and dependency_failed go together"},
      {!own || v.who == evidence::not_applicable, "settle's own decision has no evidence"},
  });
}

words broken_by_completion(const verdict& v) noexcept {
  return first_broken({
      {v.why == cause::none, "a completion has no cause"},
      {v.exit_code.value_or(0) == 0 && !v.signal, "a completion has neither an exit code but 0 nor a signal"},
      {v.who != evidence::not_applicable && v.who != evidence::queue, "a completion has positive evidence"},
      {(v.who == evidence::none) == v.error.starts_with(unconfirmed_marker),
       "the marker and evidence none go together"},
  });
}

words broken_by_verdict(const verdict& v) noexcept {
  if (!is_terminal(v.status))
    return "a verdict is terminal";
  return v.status == item_status::completed ? broken_by_completion(v) : broken_by_failure(v);
}

words broken_by_candidate(const item& it) noexcept {
  if (const words broken = broken_by_verdict(*it.candidate); !broken.empty())
    return broken;
  const bool waits_for_listings = it.candidate->status == item_status::failed && it.listings_needed > 0;
  const bool waits_for_document = it.candidate->status == item_status::completed && it.listings_needed == 0;
  return first_broken({
      {it.status == item_status::submitted || it.status == item_status::settling,
       "only what is submitted or settling has a candidate"},
      {it.document_wanted ? waits_for_document : waits_for_listings,
       "a candidate waits for listings, or for a generator's document"},
  });
}

words broken_by_live(const item& it) noexcept {
  const bool in_queue = it.status == item_status::queued || it.status == item_status::running;
  return first_broken({
      {it.job_id != 0, "a live item has a job"},
      {it.attempt > 0 && it.submissions > 0, "a live item was submitted"},
      {it.status != item_status::settling || it.document_wanted || it.accounting_asked,
       "what settles is asked about"},
      {!in_queue || (!it.accounting_asked && !it.controller), "what the queue holds has not ended"},
      {!it.clock_running || (it.status != item_status::running &&
                             (it.status != item_status::queued || it.outlook == prospect::stuck)),
       "no clock runs for what runs or waits its turn"},
      {it.status != item_status::running || it.ever_running, "what runs has run"},
  });
}

words broken_by_reached(const item& it) noexcept {
  if (it.reached.has_value() != is_terminal(it.status))
    return "a verdict and a terminal state go together";
  if (!it.reached)
    return {};
  if (const words broken = broken_by_verdict(*it.reached); !broken.empty())
    return broken;
  return first_broken({
      {it.reached->status == it.status, "the verdict's state is the item's"},
      {!it.clock_running, "no clock runs after the verdict"},
      {!is_confirmed(*it.reached) || !it.accounting_asked, "nobody is asked after a confirmed verdict"},
  });
}

words broken_by_state(const item& it) noexcept {
  return first_broken({
      {it.finished_at.has_value() == (is_terminal(it.status) || it.status == item_status::settling),
       "what has left the queue has an end, and nothing else has"},
      {it.status == item_status::queued || (it.outlook == prospect::starts && !it.reason_told),
       "only what is queued has a reason"},
      {!it.reason_told || it.outlook != prospect::starts, "what will start needs no telling"},
      {it.sub == submission::none || it.status == item_status::pending,
       "only what is pending is being submitted"},
      {it.sub == submission::none || (it.attempt > 0 && it.submissions > 0), "a submission has a number"},
      {it.status != item_status::pending ||
           (it.job_id == 0 && !it.clock_running && !it.accounting_asked && !it.ever_running),
       "what is pending has no job"},
      {!it.document_wanted || (it.generator && it.status == item_status::settling && it.candidate),
       "a document is wanted of a generator that settles"},
      {it.candidate || it.listings_needed == 0, "listings are needed for a candidate"},
  });
}

}  // namespace

std::string_view broken_rule(const item& it) noexcept {
  if (const words broken = broken_by_reached(it); !broken.empty())
    return broken;
  if (const words broken = broken_by_state(it); !broken.empty())
    return broken;
  if (is_live(it.status) && !it.document_wanted)
    if (const words broken = broken_by_live(it); !broken.empty())
      return broken;
  return it.candidate ? broken_by_candidate(it) : words{};
}

void check(const item& it) {
  assert(broken_rule(it).empty());
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

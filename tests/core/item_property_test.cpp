// Any event in any state: the table is total, no invariant trips (check() runs after each), and what is decided
// stays decided. rapidcheck draws the events and shrinks a failing story; RC_PARAMS="seed=..." repeats one.
#include "tests/core/item_driver.hpp"

#include <rapidcheck.h>

#include <stdexcept>

using namespace settle::test;

namespace {

/// Serves inside rapidcheck and outside.
void expect(bool holds, const char* what_must_hold) {
  if (!holds)
    throw std::logic_error{what_must_hold};
}

/// A small reader of drawn numbers: each story is one vector, so that it shrinks well.
class dice {
public:
  explicit dice(std::uint32_t seed) : state_{seed} {}
  std::uint32_t roll(std::uint32_t sides) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>(state_ >> 33U) % sides;
  }
  template <class T>
  std::optional<T> maybe(std::uint32_t sides, T from = {}) {
    return roll(3) == 0 ? std::nullopt : std::optional<T>{from + static_cast<T>(roll(sides))};
  }

private:
  std::uint64_t state_;
};

cause draw_cause(dice& d) {
  static const cause all[] = {cause::exit_nonzero,  cause::signal,        cause::timeout,
                              cause::out_of_memory, cause::cancelled,     cause::node_failure,
                              cause::preempted,     cause::launch_failure};
  return all[d.roll(8)];
}

exit_status draw_code(dice& d) {
  return {d.maybe<std::int32_t>(4), d.maybe<std::int32_t>(3)};
}

listed_job draw_job(dice& d) {
  listed_job j;
  j.why = draw_cause(d);
  j.exact = draw_code(d);
  j.restarts = d.maybe<std::uint32_t>(3);
  j.submit = d.maybe<epoch_seconds>(3, 100);
  j.start = d.maybe<epoch_seconds>(3, 110);
  j.end = d.maybe<epoch_seconds>(3, 120);
  j.outlook = static_cast<prospect>(d.roll(3));
  j.reason = d.roll(2) == 0 ? "Priority" : "JobHeldUser";
  return j;
}

account_row draw_row(dice& d) {
  account_row r;
  r.means = static_cast<meaning>(d.roll(7));
  r.why = r.means == meaning::failed        ? draw_cause(d)
          : r.means == meaning::interrupted ? cause::preempted
                                            : cause::none;
  r.code = draw_code(d);
  r.submit = d.maybe<epoch_seconds>(3, 100);
  r.start = d.maybe<epoch_seconds>(3, 110);
  r.end = d.maybe<epoch_seconds>(3, 110);
  if (d.roll(3) != 0)
    r.batch = batch_row{static_cast<meaning>(d.roll(7)), d.roll(2) == 0 ? exit_status{0, 0} : draw_code(d)};
  r.step_failed = d.roll(4) == 0;
  r.step_unfinished = d.roll(4) == 0;
  r.canceller_known = d.roll(2) == 0;
  return r;
}

judgement draw_judgement(dice& d, const item& it) {
  std::vector<account_row> rows(d.roll(3));
  for (account_row& r : rows)
    r = draw_row(d);
  return judge(rows, {it.job_id, it.first_submit, it.submit}, it.exact, d.roll(2) == 0, d.roll(2) == 0);
}

verdict draw_ended(dice& d) {
  if (d.roll(2) == 0)
    return success_by(evidence::none);
  verdict v = failure_by(evidence::none, draw_cause(d), static_cast<int>(d.roll(200)));
  v.signal = d.maybe<std::int32_t>(20, 1);
  return v;
}

event draw_event(dice& d, const driver& world) {
  event e{.kind = static_cast<event_kind>(d.roll(event_kind_count))};
  e.job_id = 1 + d.roll(3);
  e.job = draw_job(d);
  e.begun = world.now.monotonic - seconds{d.roll(20)} + seconds{10};
  e.read = world.now.monotonic - seconds{d.roll(20)} + seconds{10};
  e.judged = draw_judgement(d, world.it);
  e.accounting_caught_up = d.roll(2) == 0;
  e.witnessed = d.roll(4) == 0;
  e.ended = draw_ended(d);
  e.words = d.roll(2) == 0 ? "" : "words";
  return e;
}

/// What settle itself never does, and the table cannot say: a job without an intent, a document nobody asked for.
bool can_happen(const item& it, event_kind k) {
  if (!is_possible(k, it.status))
    return false;
  if (k == kind::submit_accepted || k == kind::claim_found || k == kind::process_started ||
      k == kind::process_ended)
    return it.submissions > 0 || it.status != item_status::pending;
  if ((k == kind::document_accepted || k == kind::document_refused) && it.status == item_status::settling)
    return it.document_wanted;
  return true;
}

bool legal(item_status from, item_status to) {
  if (from == to)
    return true;
  if (is_terminal(from))
    return from == item_status::completed &&
           to == item_status::failed;  // the correction of an unconfirmed one
  if (to == item_status::pending)
    return false;
  if (to == item_status::submitted || to == item_status::dep_failed)
    return from == item_status::pending;
  return from != item_status::pending || to == item_status::running || to == item_status::settling ||
         to == item_status::failed || to == item_status::completed;
}

void one_step(driver& d, dice& draw) {
  const item before = d.it;
  const event e = draw_event(draw, d);
  if (!can_happen(before, e.kind))
    return;
  const fx effects = d.on(e);
  expect(legal(before.status, d.it.status), "legal(before.status, d.it.status)");
  expect(d.it.attempt >= before.attempt, "d.it.attempt >= before.attempt");
  expect(d.it.submissions >= before.submissions, "d.it.submissions >= before.submissions");
  if (before.status != d.it.status)
    expect(!effects.empty() && effects.front() == effect::publish,
           "!effects.empty() && effects.front() == effect::publish");
  const bool ended = is_terminal(d.it.status) && !is_terminal(before.status);
  const auto finished = std::count(effects.begin(), effects.end(), effect::finished);
  const auto corrected = std::count(effects.begin(), effects.end(), effect::report_correction);
  expect(finished == (ended ? 1 : 0) + corrected, "finished == (ended ? 1 : 0) + corrected");
  if (before.first_submit && before.job_id == d.it.job_id)
    expect(d.it.first_submit == before.first_submit, "d.it.first_submit == before.first_submit");
  if (!before.reached || !is_confirmed(*before.reached))
    return;
  expect(d.it.status == before.status, "d.it.status == before.status");
  expect(d.it.reached->who == before.reached->who, "d.it.reached->who == before.reached->who");
  expect(d.it.reached->why == before.reached->why, "d.it.reached->why == before.reached->why");
  expect(d.it.reached->error == before.reached->error, "d.it.reached->error == before.reached->error");
  if (before.reached->exit_code)
    expect(d.it.reached->exit_code == before.reached->exit_code,
           "d.it.reached->exit_code == before.reached->exit_code");
}

/// G2: a completion has somebody who saw it, or the marker.
void completion_has_evidence(const item& it) {
  if (it.status != item_status::completed)
    return;
  expect(it.reached->who != evidence::not_applicable, "it.reached->who != evidence::not_applicable");
  expect(it.reached->who != evidence::none || it.reached->error.starts_with(unconfirmed_marker),
         "it.reached->who != evidence::none || it.reached->error.starts_with(unconfirmed_marker)");
}

}  // namespace

TEST_CASE("any story of events keeps every invariant, and a confirmed verdict never changes",
          "[core][item]") {
  CHECK(rc::check([](const std::vector<std::uint32_t>& story, bool generator) {
    driver d;
    d.it.generator = generator;
    d.rules.fail_stuck_after = minutes{10};
    for (const std::uint32_t seed : story) {
      dice draw{seed};
      one_step(d, draw);
      completion_has_evidence(d.it);
    }
  }));
}

TEST_CASE("long stories too, from the moment an item is submitted", "[core][item]") {
  for (std::uint32_t seed = 1; seed <= 2500; ++seed) {
    CAPTURE(seed);
    dice draw{seed};
    driver d = in_state(item_status::submitted, draw.roll(3) == 0);
    d.rules.fail_stuck_after = minutes{10};
    for (int i = 0; i < 60; ++i)
      one_step(d, draw);
    completion_has_evidence(d.it);
  }
  SUCCEED("all stories");
}

TEST_CASE("every event can be given twice: the second says nothing new of the verdict", "[core][item]") {
  for (std::uint32_t seed = 1; seed <= 2500; ++seed) {
    CAPTURE(seed);
    dice draw{seed};
    driver d = in_state(item_status::running, draw.roll(3) == 0);
    for (int i = 0; i < 40 && !is_terminal(d.it.status); ++i) {
      event e = draw_event(draw, d);
      if (!can_happen(d.it, e.kind))
        continue;
      d.on(e);
      const item once = d.it;
      if (is_terminal(once.status) && can_happen(once, e.kind)) {
        d.on(e);
        REQUIRE(d.it.status == once.status);
        if (is_confirmed(*once.reached))
          REQUIRE(d.it.reached->who == once.reached->who);
      }
    }
  }
}

TEST_CASE("once faults end, whatever came before, the truth is reached within two cycles", "[core][item]") {
  std::size_t decided_late = 0;
  for (std::uint32_t seed = 1; seed <= 2500; ++seed) {
    CAPTURE(seed);
    dice draw{seed};
    driver d = in_state(item_status::submitted);
    for (int i = 0; i < 30 && !is_terminal(d.it.status); ++i)
      one_step(d, draw);
    if (is_terminal(d.it.status))
      continue;
    // Calm: the job has ended with code 3, the controller forgot it, accounting has its final row.
    d.now.monotonic += seconds{100};
    for (int cycle = 0; cycle < 2; ++cycle) {
      d.on(kind::absent);
      d.answered(judged_failure(3));
    }
    d.on(kind::absent);
    REQUIRE(is_terminal(d.it.status) != d.it.document_wanted);
    ++decided_late;
  }
  CHECK(decided_late > 100);
}

TEST_CASE("every state meets every event that is possible there", "[core][item]") {
  std::array<std::array<std::size_t, item_status_count>, event_kind_count> met{};
  for (std::uint32_t seed = 1; seed <= 5000; ++seed) {
    dice draw{seed};
    driver d;
    d.it.generator = draw.roll(3) == 0;
    for (int i = 0; i < 25; ++i) {
      const event e = draw_event(draw, d);
      if (!can_happen(d.it, e.kind))
        continue;
      ++met[static_cast<std::size_t>(e.kind)][static_cast<std::size_t>(d.it.status)];
      d.on(e);
    }
  }
  for (std::size_t e = 0; e < event_kind_count; ++e)
    for (std::size_t s = 0; s < item_status_count; ++s) {
      CAPTURE(std::string{to_text(static_cast<event_kind>(e))},
              std::string{to_text(static_cast<item_status>(s))});
      CHECK((met[e][s] > 0) == is_possible(static_cast<event_kind>(e), static_cast<item_status>(s)));
    }
}

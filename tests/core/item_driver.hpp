// Drives one item through events, on a clock of its own, and hands back the effects of each. A test says what it
// expects of every event that matters: the lists are compared whole, so "and nothing else" is always meant.
#pragma once

#include "actors/core/item.hpp"

#include <catch2/catch.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace settle::core {

inline std::ostream& operator<<(std::ostream& out, effect f) {
  return out << to_text(f);
}
inline std::ostream& operator<<(std::ostream& out, item_status s) {
  return out << to_text(s);
}
inline std::ostream& operator<<(std::ostream& out, run_status s) {
  return out << to_text(s);
}
inline std::ostream& operator<<(std::ostream& out, evidence e) {
  return out << to_text(e);
}
inline std::ostream& operator<<(std::ostream& out, cause c) {
  return out << to_text(c);
}

}  // namespace settle::core

namespace settle::test {

using namespace settle::core;
using fx = std::vector<effect>;
using kind = event_kind;

inline const fx nothing{};
inline const fx ended_settling{effect::publish, effect::stop_clock, effect::stop_accounting,
                               effect::finished};
inline const fx left_the_queue{effect::publish, effect::ask_accounting, effect::start_clock};
inline const fx came_back{effect::publish, effect::stop_clock, effect::stop_accounting};

inline verdict success_by(evidence who) {
  verdict v{.status = item_status::completed, .who = who};
  v.exit_code = 0;
  return v;
}

inline verdict failure_by(evidence who, cause why, std::optional<int> code = {}) {
  verdict v{.status = item_status::failed, .who = who, .why = why};
  v.exit_code = code;
  v.error = "words";
  return v;
}

inline judgement judged_success() {
  return {.what = judgement::kind::success, .reached = success_by(evidence::accounting)};
}
inline judgement judged_failure(int code = 3) {
  return {.what = judgement::kind::failure,
          .reached = failure_by(evidence::accounting, cause::exit_nonzero, code)};
}
inline judgement judged_interruption() {
  return {.what = judgement::kind::interruption,
          .reached = failure_by(evidence::accounting, cause::node_failure)};
}
inline judgement judged_pending() {
  return {.what = judgement::kind::not_final, .never_ran = true};
}
inline judgement judged_running() {
  return {.what = judgement::kind::not_final};
}

struct driver {
  item it{};
  policy rules{};
  instant now{.monotonic = seconds{1000}, .wall = seconds{1'700'000'000}};

  fx on(event e) {
    now.monotonic += seconds{1};
    now.wall += seconds{1};
    e.at = now;
    if (e.begun == duration{})
      e.begun = now.monotonic;
    if (e.read == duration{})
      e.read = now.monotonic;
    return advance(it, e, rules);
  }
  fx on(event_kind k) { return on(event{.kind = k}); }
  fx words(event_kind k, std::string w) { return on(event{.kind = k, .words = std::move(w)}); }
  fx accepted(std::uint64_t id = 77) { return on(event{.kind = kind::submit_accepted, .job_id = id}); }
  fx listed(event_kind k, listed_job job = {}) { return on(event{.kind = k, .job = std::move(job)}); }
  fx answered(judgement j, bool caught_up = true) {
    return on(
        event{.kind = kind::accounting_answered, .judged = std::move(j), .accounting_caught_up = caught_up});
  }
  fx ended(verdict v) { return on(event{.kind = kind::process_ended, .ended = std::move(v)}); }
};

/// An item that has been brought where the test begins.
inline driver in_state(item_status s, bool generator = false) {
  driver d;
  d.it.generator = generator;
  if (s == item_status::pending)
    return d;
  d.on(kind::submit_asked);
  d.accepted();
  if (s == item_status::queued)
    d.listed(kind::listed_waiting);
  if (s == item_status::running || s == item_status::settling)
    d.listed(kind::listed_alive);
  if (s == item_status::settling)
    d.on(kind::absent);
  REQUIRE(d.it.status == s);
  return d;
}

/// Settling since its slot ran out without anybody knowing, and therefore completed, unconfirmed.
inline driver unconfirmed(bool generator = false) {
  driver d = in_state(item_status::settling, generator);
  d.on(kind::accounting_failed);
  d.on(kind::no_record_due);
  return d;
}

}  // namespace settle::test

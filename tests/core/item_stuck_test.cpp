// A queued job that does not start by itself: what is told of it, and when settle gives it up.
#include "actors/core/run.hpp"
#include "tests/core/item_driver.hpp"

using namespace settle::test;

namespace {

listed_job waits(std::string reason, prospect outlook) {
  listed_job j;
  j.reason = std::move(reason);
  j.outlook = outlook;
  return j;
}
const listed_job held = waits("JobHeldUser", prospect::stuck);
const listed_job in_line = waits("Priority", prospect::starts);

driver in_queue(std::optional<duration> fail_stuck_after = {}) {
  driver d = in_state(item_status::submitted);
  d.rules.fail_stuck_after = fail_stuck_after;
  d.listed(kind::listed_waiting, in_line);
  REQUIRE(d.it.status == item_status::queued);
  return d;
}

/// Given up: the limit has passed, and the cancel is on its way.
driver given_up() {
  driver d = in_queue(seconds{600});
  d.listed(kind::listed_waiting, held);
  REQUIRE(d.on(kind::stuck_due) == fx{effect::cancel_job, effect::start_clock});
  return d;
}

verdict cancelled(evidence who) {
  return failure_by(who, cause::cancelled);
}

}  // namespace

TEST_CASE("a stuck reason is told when it appears, when it changes and when it goes", "[core][item][stuck]") {
  driver d = in_queue();
  CHECK_FALSE(d.it.reason_told);
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::publish});
  CHECK(d.it.reason_told);
  CHECK(d.it.reason == "JobHeldUser");
  CHECK(d.listed(kind::listed_waiting, held) == nothing);
  CHECK(d.listed(kind::listed_waiting, waits("JobHeldAdmin", prospect::stuck)) == fx{effect::publish});
  CHECK(d.listed(kind::listed_waiting, in_line) == fx{effect::publish});
  CHECK_FALSE(d.it.reason_told);
  CHECK(d.listed(kind::listed_waiting, waits("Resources", prospect::starts)) == nothing);
  CHECK(d.it.status == item_status::queued);
}

TEST_CASE("a reason that may go by itself is told once in an attempt", "[core][item][stuck]") {
  driver d = in_queue();
  CHECK(d.listed(kind::listed_waiting, waits("away n1", prospect::may_start)) == fx{effect::publish});
  CHECK(d.it.reason_told);
  CHECK(d.listed(kind::listed_waiting, waits("away n1,n2", prospect::may_start)) == nothing);
  CHECK(d.listed(kind::listed_waiting, in_line) == fx{effect::publish});
  CHECK(d.listed(kind::listed_waiting, waits("away n1", prospect::may_start)) == nothing);
  CHECK_FALSE(d.it.reason_told);
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::publish});
  CHECK(d.it.reason_told);

  d.listed(kind::listed_alive);
  listed_job again = waits("away n1", prospect::may_start);
  again.restarts = 1;
  d.it.restarts = 0;
  CHECK(d.listed(kind::listed_waiting, again) == fx{effect::publish});
  CHECK(d.it.attempt == 2);
  CHECK(d.it.reason_told);
}

TEST_CASE("a stuck item that starts, ends or vanishes has no reason any more", "[core][item][stuck]") {
  driver d = in_queue(seconds{600});
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::publish, effect::start_clock});
  SECTION("it runs") {
    CHECK(d.listed(kind::listed_alive) == fx{effect::publish, effect::stop_clock});
    CHECK(d.it.status == item_status::running);
  }
  SECTION("it vanishes") {
    CHECK(d.on(kind::absent) == left_the_queue);
    CHECK(d.it.status == item_status::settling);
  }
  SECTION("it ends") {
    listed_job end;
    end.why = cause::cancelled;
    CHECK(d.listed(kind::listed_failed, end) == fx{effect::publish, effect::stop_clock, effect::finished});
    CHECK(d.it.reached->error.find("by settle") == std::string::npos);
  }
  CHECK_FALSE(d.it.reason_told);
  CHECK(d.it.reason.empty());
  CHECK(d.it.outlook == prospect::starts);
}

TEST_CASE("the limit of a stuck job is timed only where there is one, and without a break",
          "[core][item][stuck]") {
  driver never = in_queue();
  CHECK(never.listed(kind::listed_waiting, held) == fx{effect::publish});
  CHECK(never.on(kind::stuck_due) == nothing);

  driver d = in_queue(seconds{600});
  CHECK(d.listed(kind::listed_waiting, waits("away", prospect::may_start)) == fx{effect::publish});
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::publish, effect::start_clock});
  // Another reason is no break; one that goes is.
  CHECK(d.listed(kind::listed_waiting, waits("JobHeldAdmin", prospect::stuck)) == fx{effect::publish});
  CHECK(d.listed(kind::listed_waiting, in_line) == fx{effect::publish, effect::stop_clock});
  CHECK(d.on(kind::stuck_due) == nothing);
  CHECK_FALSE(d.it.given_up);
}

TEST_CASE("a job that is stuck from the first listing on is timed in place of its submission",
          "[core][item][stuck]") {
  driver d = in_state(item_status::submitted);
  d.rules.fail_stuck_after = seconds{600};
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::publish, effect::stop_clock, effect::start_clock});
}

TEST_CASE("a given up job is cancelled again while it stays stuck, and evidence decides",
          "[core][item][stuck]") {
  driver d = given_up();
  CHECK(d.it.status == item_status::queued);
  CHECK(d.on(kind::stuck_due) == fx{effect::cancel_job, effect::start_clock});
  SECTION("the queue shows it cancelled") {
    listed_job end;
    end.why = cause::cancelled;
    CHECK(d.listed(kind::listed_failed, end) == fx{effect::publish, effect::stop_clock, effect::finished});
    CHECK(d.it.reached->who == evidence::queue);
    CHECK(d.it.reached->error == "cancelled by settle after 600 s: JobHeldUser");
  }
  SECTION("accounting tells it") {
    d.on(kind::absent);
    d.answered(
        {.what = judgement::kind::failure, .reached = cancelled(evidence::accounting), .bare_cancel = true});
    CHECK(d.on(kind::absent) == ended_settling);
    CHECK(d.it.reached->who == evidence::accounting);
    CHECK(d.it.reached->error == "cancelled by settle after 600 s: JobHeldUser");
  }
  SECTION("nobody has a record: our own cancel is what is known") {
    d.on(kind::absent);
    d.answered({});
    CHECK(d.on(kind::no_record_due) == fx{effect::publish, effect::stop_accounting, effect::finished});
    CHECK(d.it.status == item_status::failed);
    CHECK(d.it.reached->who == evidence::not_applicable);
    CHECK(d.it.reached->why == cause::cancelled);
    CHECK(d.it.reached->error == "cancelled by settle after 600 s: JobHeldUser");
  }
  SECTION("it was released and ran before the cancel came: its own end counts") {
    d.listed(kind::listed_alive);
    d.on(kind::absent);
    CHECK(d.answered(judged_success()) == ended_settling);
    CHECK(d.it.status == item_status::completed);
    CHECK(d.it.reached->error.empty());
  }
  SECTION("it ran, and nobody has a record: unconfirmed as ever") {
    d.listed(kind::listed_alive);
    d.on(kind::absent);
    d.answered({});
    d.on(kind::no_record_due);
    CHECK(d.it.reached->who == evidence::none);
  }
}

TEST_CASE("what settle gave up does not make the run a cancelled one", "[core][run][stuck]") {
  const auto status_of = [](driver d) {
    d.listed(kind::listed_failed, listed_job{.why = cause::cancelled});
    run r;
    const task_ref one{"a", {}};
    const bool plain = false;
    r.add({&one, 1}, {&plain, 1});
    r.take_ready();
    r.update(0, d.it);
    r.check();
    return r.status();
  };
  driver d = given_up();
  CHECK(status_of(d) == run_status::failed);
  d.on(kind::cancel_asked);
  CHECK(status_of(d) == run_status::failed);

  driver asked = in_queue(seconds{600});
  asked.listed(kind::listed_waiting, held);
  asked.on(kind::cancel_asked);
  asked.on(kind::stuck_due);  // somebody was first
  CHECK_FALSE(asked.it.given_up);
  CHECK(status_of(asked) == run_status::cancelled);
}

TEST_CASE("another process times a stuck job anew, and repeats a cancel that may be lost",
          "[core][item][stuck]") {
  driver d = in_queue(seconds{600});
  d.listed(kind::listed_waiting, held);
  item found = d.it;
  CHECK(resume(found, d.now) == nothing);
  d.it = found;
  CHECK(d.listed(kind::listed_waiting, held) == fx{effect::start_clock});

  found = given_up().it;
  CHECK(resume(found, d.now) == fx{effect::cancel_job});
}

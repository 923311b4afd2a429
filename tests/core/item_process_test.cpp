// Local processes, and what a new supervisor process owes the items that it finds.
#include "tests/core/item_driver.hpp"

using namespace settle::test;

TEST_CASE("a local process runs and ends with its verdict", "[core][item]") {
  driver d;
  d.on(kind::submit_asked);
  CHECK(d.on(event{.kind = kind::process_started, .job_id = 1234}) == fx{effect::publish});
  CHECK(d.it.status == item_status::running);
  CHECK(d.it.job_id == 1234);
  SECTION("well") {
    CHECK(d.ended(success_by(evidence::none)) == fx{effect::publish, effect::finished});
    CHECK(d.it.status == item_status::completed);
    CHECK(d.it.reached->who == evidence::process);
  }
  SECTION("badly") {
    d.ended(failure_by(evidence::none, cause::exit_nonzero, 3));
    CHECK(d.it.reached->exit_code == 3);
    CHECK(d.it.reached->who == evidence::process);
  }
  SECTION("by our cancel") {
    CHECK(d.on(kind::cancel_asked) == fx{effect::cancel_job});
    d.ended(failure_by(evidence::none, cause::exit_nonzero, 143));
    CHECK(d.it.reached->why == cause::cancelled);
    CHECK(d.it.reached->exit_code == 143);
  }
  SECTION("by its own code although a cancel was asked") {
    d.on(kind::cancel_asked);
    d.ended(failure_by(evidence::none, cause::exit_nonzero, 2));
    CHECK(d.it.reached->why == cause::exit_nonzero);
  }
}

TEST_CASE("a local process that was accepted first ends the clock of its submission", "[core][item]") {
  driver d = in_state(item_status::submitted);
  CHECK(d.on(event{.kind = kind::process_started, .job_id = 77}) == fx{effect::publish, effect::stop_clock});
}

TEST_CASE("a process that could not be started ends a pending item", "[core][item]") {
  driver d;
  d.on(kind::submit_asked);
  CHECK(d.ended(failure_by(evidence::none, cause::launch_failure)) == fx{effect::publish, effect::finished});
  CHECK(d.it.reached->why == cause::launch_failure);
}

TEST_CASE("a local generator settles while its document is read", "[core][item]") {
  driver d;
  d.it.generator = true;
  d.on(kind::submit_asked);
  d.on(event{.kind = kind::process_started, .job_id = 5});
  CHECK(d.ended(success_by(evidence::none)) == fx{effect::publish, effect::read_document});
  CHECK(d.it.status == item_status::settling);
  d.on(kind::document_accepted);
  CHECK(d.it.reached->who == evidence::process);
}

TEST_CASE("a failure with code 0 and no signal has no code", "[core][item]") {
  driver d;
  d.on(kind::submit_asked);
  d.ended(failure_by(evidence::none, cause::launch_failure, 0));
  CHECK_FALSE(d.it.reached->exit_code.has_value());
}

TEST_CASE("a new process gives again what was in force, and trusts no old monotonic time", "[core][item]") {
  const instant now{.monotonic = seconds{1}, .wall = seconds{1'700'001'000}};
  SECTION("an sbatch under way is unclear now") {
    driver d;
    d.on(kind::submit_asked);
    CHECK(resume(d.it, now) == fx{effect::search_token});
    CHECK(d.it.sub == submission::unclear);
  }
  SECTION("submitted") {
    driver d = in_state(item_status::submitted);
    CHECK(resume(d.it, now) == fx{effect::start_clock});
    d.on(kind::cancel_asked);
    CHECK(resume(d.it, now) == fx{effect::start_clock, effect::cancel_job});
  }
  SECTION("settling: the failure row must be read again") {
    driver d = in_state(item_status::settling);
    d.answered(judged_failure());
    CHECK(resume(d.it, now) == fx{effect::ask_accounting, effect::start_clock});
    d.now = now;
    CHECK(d.on(kind::no_record_due) == fx{effect::start_clock});  // not before one attempt in this process
    CHECK(d.on(kind::absent) == nothing);
    d.answered(judged_failure());
    CHECK(d.on(kind::absent) == ended_settling);
  }
  SECTION("running, finished, pending: nothing") {
    driver d = in_state(item_status::running);
    CHECK(resume(d.it, now) == nothing);
    driver p;
    CHECK(resume(p.it, now) == nothing);
    driver c = in_state(item_status::settling);
    c.answered(judged_success());
    CHECK(resume(c.it, now) == nothing);
  }
  SECTION("a wanted document is read again") {
    driver d = in_state(item_status::settling, true);
    d.answered(judged_success());
    CHECK(resume(d.it, now) == fx{effect::read_document});
  }
  SECTION("an unconfirmed completion is asked about") {
    driver d = unconfirmed();
    CHECK(resume(d.it, now) == fx{effect::ask_accounting});
  }
}

TEST_CASE("a process whose end is not known is lost, and nobody's evidence", "[core][item]") {
  driver d;
  d.on(kind::submit_asked);
  d.on(event{.kind = kind::process_started, .job_id = 5});
  d.on(kind::cancel_asked);
  d.ended(failure_by(evidence::not_applicable, cause::lost));
  CHECK(d.it.reached->why == cause::lost);
  CHECK(d.it.reached->who == evidence::not_applicable);
}

TEST_CASE("a generator that another settle saw end owes its document still", "[core][item]") {
  driver d;
  d.it.generator = true;
  d.on(kind::submit_asked);
  d.on(event{.kind = kind::process_started, .job_id = 5});
  d.ended(success_by(evidence::none));
  SECTION("an end that is said twice is one") {
    CHECK(d.ended(success_by(evidence::none)) == nothing);
    CHECK(d.it.document_wanted);
  }
  SECTION("what the journal keeps of it") {
    d.it.document_wanted = false;
    d.it.candidate.reset();
    d.it.accounting_asked = true;
    CHECK(d.ended(success_by(evidence::none)) == fx{effect::stop_accounting, effect::read_document});
    CHECK(d.it.document_wanted);
  }
}

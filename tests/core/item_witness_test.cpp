// Where accounting cannot tell: the controller's record, the script's own, the clocks, the unconfirmed completion
// and its correction.
#include "tests/core/item_driver.hpp"

using namespace settle::test;

namespace {

bool begins_with_marker(const item& it) {
  return it.reached->error.starts_with(unconfirmed_marker);
}

listed_job interrupted() {
  listed_job j;
  j.why = cause::preempted;
  return j;
}

}  // namespace

TEST_CASE("the fallback never fires before accounting was asked once", "[core][item]") {
  driver d = in_state(item_status::settling);
  CHECK(d.on(kind::no_record_due) == fx{effect::start_clock});
  CHECK(d.it.status == item_status::settling);
}

TEST_CASE("nobody ever knew: completed, unconfirmed, with the marker, and accounting is still asked",
          "[core][item]") {
  driver d = in_state(item_status::settling);
  d.on(kind::accounting_failed);
  CHECK(d.on(kind::no_record_due) == fx{effect::publish, effect::finished});
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->who == evidence::none);
  CHECK_FALSE(d.it.reached->exit_code.has_value());
  CHECK(begins_with_marker(d.it));
  CHECK(d.it.reached->error.ends_with(" (it was seen running)"));
  CHECK_FALSE(is_confirmed(*d.it.reached));
}

TEST_CASE("the marker tells when it was never seen running", "[core][item]") {
  driver d = in_state(item_status::queued);
  d.on(kind::absent);
  d.answered({});
  d.on(kind::no_record_due);
  CHECK(d.it.reached->error.ends_with(" (it was never seen running)"));
}

TEST_CASE("with settle_no_record never it waits for ever", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.rules.settle_no_record.reset();
  d.answered({});
  CHECK(d.on(kind::no_record_due) == nothing);
  CHECK(d.it.status == item_status::settling);
}

TEST_CASE("the controller's record decides when the clock is out", "[core][item]") {
  driver d = in_state(item_status::running);
  const bool ended_well = GENERATE(true, false);
  d.listed(ended_well ? kind::listed_succeeded : kind::listed_interrupted,
           ended_well ? listed_job{} : interrupted());
  d.on(kind::accounting_failed);
  CHECK(d.on(kind::no_record_due) == fx{effect::publish, effect::stop_accounting, effect::finished});
  CHECK(d.it.reached->who == evidence::controller);
  CHECK(d.it.status == (ended_well ? item_status::completed : item_status::failed));
  CHECK(d.it.reached->why == (ended_well ? cause::none : cause::preempted));
}

TEST_CASE("a failure row that only lacks its listings is not completed by the clock", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_failure());
  CHECK(d.on(kind::no_record_due) == fx{effect::start_clock});
  CHECK(d.it.status == item_status::settling);
}

TEST_CASE("a row that never ran, of a job that the controller denies: lost", "[core][item]") {
  driver d = in_state(item_status::queued);
  d.on(kind::absent);
  d.answered(judged_pending());
  d.on(kind::no_record_due);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->why == cause::lost);
}

TEST_CASE("a row that has a start is not lost but unconfirmed", "[core][item]") {
  driver d = in_state(item_status::queued);
  d.on(kind::absent);
  d.answered(judged_running());
  d.on(kind::no_record_due);
  CHECK(d.it.status == item_status::completed);
  CHECK(begins_with_marker(d.it));
}

TEST_CASE("a forged row waits for the clock and then stays unconfirmed", "[core][item]") {
  driver d = in_state(item_status::settling);
  CHECK(d.answered({.what = judgement::kind::forged}) == nothing);
  d.on(kind::no_record_due);
  CHECK(d.it.status == item_status::completed);
  CHECK(begins_with_marker(d.it));
}

TEST_CASE("a submitted item that nobody ever knew is never_recorded only when accounting has caught up",
          "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.on(kind::absent);
  event due{.kind = kind::no_record_due};
  due.accounting_caught_up = true;
  SECTION("accounting was never asked") {
    CHECK(d.on(due) == fx{effect::start_clock});
  }
  SECTION("accounting lags") {
    d.answered({});
    CHECK(d.on(kind::no_record_due) == fx{effect::start_clock});
    CHECK(d.it.status == item_status::submitted);
  }
  SECTION("accounting has caught up") {
    d.answered({});
    CHECK(d.on(due) == fx{effect::publish, effect::stop_accounting, effect::finished});
    CHECK(d.it.status == item_status::failed);
    CHECK(d.it.reached->why == cause::never_recorded);
    CHECK(d.it.reached->who == evidence::accounting);
  }
  SECTION("accounting knows it, unfinished: it left the queue unseen and settles") {
    d.answered(judged_pending());
    CHECK(d.on(due) == left_the_queue);
    CHECK(d.it.status == item_status::settling);
    d.answered(judged_pending());
    d.on(kind::no_record_due);
    CHECK(d.it.reached->why == cause::lost);
  }
  SECTION("no accounting is kept: it settles and stays unconfirmed, it is not called unrecorded") {
    d.on(kind::accounting_disabled);
    CHECK(d.on(due) == left_the_queue);
    d.on(kind::accounting_disabled);
    d.on(kind::no_record_due);
    CHECK(d.it.status == item_status::completed);
    CHECK(begins_with_marker(d.it));
  }
}

TEST_CASE("without accounting the controller's success decides", "[core][item]") {
  driver d = in_state(item_status::running);
  listed_job j;
  j.exact.exit = 0;
  d.listed(kind::listed_succeeded, j);
  CHECK(d.on(kind::accounting_disabled) == ended_settling);
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->who == evidence::controller);
  CHECK(d.it.reached->exit_code == 0);
}

TEST_CASE("without accounting an interruption decides once two listings do not show it alive",
          "[core][item]") {
  driver d = in_state(item_status::running);
  d.listed(kind::listed_interrupted, interrupted());
  CHECK(d.on(kind::accounting_disabled) == nothing);
  SECTION("it stays away") {
    CHECK(d.listed(kind::listed_interrupted, interrupted()) == nothing);
    d.on(kind::accounting_disabled);
    CHECK(d.on(kind::absent) == ended_settling);
    CHECK(d.it.reached->who == evidence::controller);
    CHECK(d.it.reached->why == cause::preempted);
  }
  SECTION("it comes back") {
    CHECK(d.listed(kind::listed_waiting) == came_back);
    CHECK(d.it.status == item_status::queued);
  }
}

TEST_CASE("without accounting and without a record it waits for the clock", "[core][item]") {
  driver d = in_state(item_status::settling);
  CHECK(d.on(kind::accounting_disabled) == nothing);
  CHECK(d.on(kind::no_record_due) == fx{effect::publish, effect::finished});
  CHECK(begins_with_marker(d.it));
}

TEST_CASE("the job script's own record speaks where nobody else can", "[core][item]") {
  driver d = in_state(item_status::settling);
  event e{.kind = GENERATE(kind::accounting_disabled, kind::no_record_due)};
  e.witnessed = true;
  e.ended = failure_by(evidence::none, cause::exit_nonzero, 4);
  d.on(kind::accounting_failed);
  d.on(e);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->who == evidence::witness);
  CHECK(d.it.reached->exit_code == 4);
}

TEST_CASE("an unconfirmed completion is confirmed by late accounting, once", "[core][item]") {
  driver d = unconfirmed();
  CHECK(d.answered({}) == nothing);
  CHECK(d.answered(judged_success()) ==
        fx{effect::publish, effect::report_correction, effect::stop_accounting, effect::finished});
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->who == evidence::accounting);
  CHECK(d.it.reached->error.empty());
  CHECK(d.answered(judged_failure()) == nothing);
  CHECK(d.it.status == item_status::completed);
}

TEST_CASE("an interruption corrects only once accounting has caught up", "[core][item]") {
  driver d = unconfirmed();
  CHECK(d.answered(judged_interruption(), false) == nothing);
  CHECK(d.it.status == item_status::completed);
  CHECK(d.answered(judged_interruption(), true).size() == 4);
  CHECK(d.it.reached->why == cause::node_failure);
}

TEST_CASE("an unconfirmed completion is corrected to failed by late accounting, once", "[core][item]") {
  driver d = unconfirmed();
  const judgement j = GENERATE(judged_failure(), judged_interruption());
  CHECK(d.answered(j) ==
        fx{effect::publish, effect::report_correction, effect::stop_accounting, effect::finished});
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->why == j.reached.why);
  CHECK(d.answered(judged_success()) == nothing);
  CHECK(d.it.status == item_status::failed);
}

TEST_CASE("an unconfirmed generator's document is read too", "[core][item]") {
  driver d = in_state(item_status::settling, true);
  d.on(kind::accounting_failed);
  CHECK(d.on(kind::no_record_due) == fx{effect::read_document});
  SECTION("accounting confirms it meanwhile") {
    CHECK(d.answered(judged_success()) == fx{effect::stop_accounting});
    d.on(kind::document_accepted);
    CHECK(d.it.reached->who == evidence::accounting);
  }
  SECTION("accounting denies it meanwhile") {
    d.answered(judged_failure());
    CHECK(d.it.status == item_status::failed);
    CHECK(d.on(kind::document_accepted) == nothing);
  }
  SECTION("accepted: unconfirmed") {
    CHECK(d.on(kind::document_accepted) == fx{effect::publish, effect::finished});
    CHECK_FALSE(is_confirmed(*d.it.reached));
  }
  SECTION("refused: failed, and that stands") {
    d.words(kind::document_refused, "missing");
    CHECK(d.it.reached->why == cause::generator_failed);
    CHECK(d.answered(judged_success()) == nothing);
    CHECK(d.it.status == item_status::failed);
  }
}

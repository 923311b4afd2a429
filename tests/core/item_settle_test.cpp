#include "tests/core/item_driver.hpp"

using namespace settle::test;

TEST_CASE("a success decides at once", "[core][item]") {
  driver d = in_state(item_status::settling);
  judgement j = judged_success();
  j.reached.facts.end = 1'699'999'999;
  CHECK(d.answered(j) == ended_settling);
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->who == evidence::accounting);
  CHECK(d.it.reached->exit_code == 0);
  CHECK(d.it.finished_at == duration{seconds{1'699'999'999}});  // accounting corrects the approximation
}

TEST_CASE("a failure row decides after one listing that does not show it alive", "[core][item]") {
  driver d = in_state(item_status::settling);
  CHECK(d.answered(judged_failure()) == nothing);
  CHECK(d.it.status == item_status::settling);
  CHECK(d.on(kind::absent) == ended_settling);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->who == evidence::accounting);
  CHECK(d.it.reached->exit_code == 3);
}

TEST_CASE("a listing begun before the failure row was read does not count", "[core][item]") {
  driver d = in_state(item_status::settling);
  event row{.kind = kind::accounting_answered, .judged = judged_failure()};
  row.read = d.now.monotonic + seconds{100};
  d.on(row);
  event early{.kind = kind::absent};
  early.begun = row.read - duration{1};
  CHECK(d.on(early) == nothing);
  event late{.kind = kind::absent};
  late.begun = row.read;
  CHECK(d.on(late) == ended_settling);
}

TEST_CASE("an interruption needs two such listings", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_interruption());
  CHECK(d.on(kind::absent) == nothing);
  CHECK(d.on(kind::absent) == ended_settling);
  CHECK(d.it.reached->why == cause::node_failure);
}

TEST_CASE("an interruption does not decide before accounting has caught up: the job may have run again",
          "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_interruption(), false);
  CHECK(d.it.backlog_asked);
  for (int looks = 0; looks < 5; ++looks)
    CHECK(d.on(kind::absent) == nothing);
  SECTION("and then it does") {
    d.answered(judged_interruption(), true);
    CHECK_FALSE(d.it.backlog_asked);
    CHECK(d.on(kind::absent) == ended_settling);
    CHECK(d.it.reached->warning.empty());
  }
  SECTION("or a newer row speaks") {
    CHECK(d.answered(judged_success(), false) == ended_settling);
    CHECK(d.it.status == item_status::completed);
  }
  SECTION("nor does settling last for ever: then it is said with its doubt") {
    CHECK(d.on(kind::no_record_due).front() == effect::publish);
    CHECK(d.it.status == item_status::failed);
    CHECK(d.it.reached->why == cause::node_failure);
    CHECK(d.it.reached->warning.find("had not caught up") != std::string::npos);
  }
}

TEST_CASE("a terminal listing counts as one that does not show it alive", "[core][item]") {
  const auto k = GENERATE(kind::listed_succeeded, kind::listed_interrupted);
  driver d = in_state(item_status::settling);
  d.answered(judged_failure());
  CHECK(d.listed(k) == ended_settling);
  CHECK(d.it.reached->who == evidence::accounting);
}

TEST_CASE("a word we do not know neither counts nor clears", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_failure());
  CHECK(d.listed(kind::listed_present) == fx{effect::start_clock});
  CHECK(d.it.candidate.has_value());
  CHECK(d.on(kind::absent) == ended_settling);
}

TEST_CASE("reading the same failure row again does not start its wait anew", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_interruption());
  d.on(kind::absent);
  d.answered(judged_interruption());
  CHECK(d.on(kind::absent) == ended_settling);
}

TEST_CASE("a row that is no longer final takes the failure back", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_failure());
  CHECK(d.answered(judged_pending()) == nothing);
  CHECK_FALSE(d.it.candidate.has_value());
  CHECK(d.on(kind::absent) == nothing);
  CHECK(d.it.status == item_status::settling);
}

TEST_CASE("no row leaves a failure row waiting", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_failure());
  d.answered({});
  CHECK(d.on(kind::absent) == ended_settling);
}

TEST_CASE("the exact code that a later listing shows replaces the one accounting had cut", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_failure(9));
  listed_job j;
  j.exact = {137, {}};
  d.listed(kind::listed_interrupted, j);
  CHECK(d.it.reached->exit_code == 137);
}

TEST_CASE("a missing .batch row keeps a success waiting for two cycles, then it decides with a warning",
          "[core][item]") {
  driver d = in_state(item_status::settling);
  judgement j{.what = judgement::kind::batch_missing, .reached = success_by(evidence::accounting)};
  j.reached.warning = "no .batch row";
  CHECK(d.answered(j) == nothing);
  CHECK(d.answered(j) == ended_settling);
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->warning == "no .batch row");
}

TEST_CASE("accounting that does not answer decides nothing", "[core][item]") {
  driver d = in_state(item_status::settling);
  CHECK(d.on(kind::accounting_failed) == nothing);
  CHECK(d.answered({}) == nothing);
  CHECK(d.answered(judged_running()) == nothing);
  CHECK(d.it.status == item_status::settling);
  CHECK(d.it.accounting_attempts == 3);
}

TEST_CASE("accounting's answers about an item that the queue holds are ignored", "[core][item]") {
  const auto s = GENERATE(item_status::queued, item_status::running);
  driver d = in_state(s);
  CHECK(d.answered(judged_success()) == nothing);
  CHECK(d.answered(judged_failure()) == nothing);
  CHECK(d.on(kind::accounting_disabled) == nothing);
  CHECK(d.it.status == s);
}

TEST_CASE("a submitted item that was never listed is decided by its final row", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.on(kind::absent);
  SECTION("a success at once") {
    CHECK(d.answered(judged_success()) == ended_settling);
    CHECK(d.it.status == item_status::completed);
  }
  SECTION("a failure after a listing") {
    CHECK(d.answered(judged_failure()) == nothing);
    CHECK(d.it.status == item_status::submitted);
    CHECK(d.on(kind::absent) == ended_settling);
    CHECK(d.it.status == item_status::failed);
  }
  SECTION("a failure, but it is seen waiting: requeued") {
    d.answered(judged_failure());
    CHECK(d.listed(kind::listed_waiting) == came_back);
    CHECK(d.it.status == item_status::queued);
  }
}

TEST_CASE(
    "CANCELLED by nobody of a job that ran and that the controller forgot: cancelled, and the doubt is said",
    "[core][item]") {
  driver d = in_state(item_status::settling);
  judgement j{.what = judgement::kind::failure,
              .reached = failure_by(evidence::accounting, cause::cancelled)};
  j.bare_cancel = true;
  SECTION("nobody asked") {
    d.answered(j);
    d.on(kind::absent);
    CHECK(d.it.reached->why == cause::cancelled);
    CHECK(d.it.reached->error.find("no canceller") != std::string::npos);
  }
  SECTION("we had asked") {
    d.on(kind::cancel_asked);
    d.answered(j);
    d.on(kind::absent);
    CHECK(d.it.reached->why == cause::cancelled);
  }
}

TEST_CASE("details may fill in after a confirmed verdict, the outcome stays", "[core][item]") {
  driver d = in_state(item_status::running);
  listed_job failed;
  failed.why = cause::timeout;
  d.listed(kind::listed_failed, failed);
  REQUIRE(d.it.reached->who == evidence::queue);
  judgement j{.what = judgement::kind::failure, .reached = failure_by(evidence::accounting, cause::timeout)};
  j.reached.signal = 15;
  j.reached.facts.max_rss_bytes = 1000;
  j.reached.facts.end = 1'700'000'100;
  CHECK(d.answered(j) == nothing);
  CHECK(d.it.reached->facts.max_rss_bytes == 1000);
  CHECK(d.it.reached->signal == 15);
  CHECK(d.it.reached->who == evidence::queue);
  CHECK(d.it.finished_at == duration{seconds{1'700'000'100}});
  j.reached.signal = 9;
  d.answered(j);
  CHECK(d.it.reached->signal == 15);
}

TEST_CASE("a contradicting row after a confirmed verdict changes nothing", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_success());
  const item before = d.it;
  CHECK(d.answered(judged_failure()) == nothing);
  CHECK(d.answered(judged_interruption()) == nothing);
  CHECK(d.it == before);
}

TEST_CASE("a generator is completed only when its document was accepted", "[core][item]") {
  driver d = in_state(item_status::settling, true);
  CHECK(d.answered(judged_success()) ==
        fx{effect::stop_clock, effect::stop_accounting, effect::read_document});
  CHECK(d.it.status == item_status::settling);
  CHECK(d.it.document_wanted);
  SECTION("accepted") {
    CHECK(d.on(kind::document_accepted) == fx{effect::publish, effect::finished});
    CHECK(d.it.status == item_status::completed);
    CHECK(d.it.reached->who == evidence::accounting);
    CHECK(d.it.reached->exit_code == 0);
    CHECK(d.on(kind::document_accepted) == nothing);
  }
  SECTION("refused") {
    CHECK(d.words(kind::document_refused, "no such file") == fx{effect::publish, effect::finished});
    CHECK(d.it.status == item_status::failed);
    CHECK(d.it.reached->why == cause::generator_failed);
    CHECK(d.it.reached->who == evidence::accounting);
    CHECK(d.it.reached->error == "no such file");
    CHECK_FALSE(d.it.reached->exit_code.has_value());
  }
  SECTION("its success is decided: nothing seen meanwhile takes it back") {
    CHECK(d.listed(kind::listed_failed) == nothing);
    CHECK(d.listed(kind::listed_waiting) == fx{effect::report_rerun});
    CHECK(d.on(kind::absent) == nothing);
    CHECK(d.answered(judged_failure()) == nothing);
    CHECK(d.on(kind::no_record_due) == nothing);
    CHECK(d.on(kind::cancel_asked) == nothing);
    CHECK(d.it.document_wanted);
    d.on(kind::document_accepted);
    CHECK(d.it.status == item_status::completed);
  }
}

TEST_CASE("a submitted generator with a final row settles while its document is read", "[core][item]") {
  driver d = in_state(item_status::submitted, true);
  d.on(kind::absent);
  CHECK(d.answered(judged_success()) ==
        fx{effect::publish, effect::stop_clock, effect::stop_accounting, effect::read_document});
  CHECK(d.it.status == item_status::settling);
}

TEST_CASE("a failed generator's document is not read", "[core][item]") {
  driver d = in_state(item_status::settling, true);
  d.answered(judged_failure());
  CHECK(d.on(kind::absent) == ended_settling);
  CHECK(d.it.reached->why == cause::exit_nonzero);
}

TEST_CASE("a task gone from its array's waiting rest was cancelled there, unless anything is known of its "
          "beginning",
          "[core][item][arrays]") {
  driver d = in_state(item_status::queued);
  d.on(kind::absent);
  REQUIRE(d.it.status == item_status::settling);
  event gone{.kind = kind::no_record_due};
  gone.rest_of_array = gone.accounting_caught_up = true;
  SECTION("not before accounting was asked") {
    CHECK(d.on(gone) == nothing);
    CHECK(d.it.status == item_status::settling);
    CHECK(d.it.clock_running);
  }
  SECTION("not where it was seen running") {
    d.on(kind::accounting_answered);
    d.it.ever_running = true;
    CHECK(d.on(gone) == nothing);
  }
  SECTION("not where its own record tells of it") {
    d.on(kind::accounting_answered);
    gone.witnessed = true;
    CHECK(d.on(gone) == nothing);
  }
  SECTION("else it was") {
    d.on(kind::accounting_answered);
    CHECK(d.on(gone) == ended_settling);
    CHECK(d.it.status == item_status::failed);
    CHECK(d.it.reached->why == cause::cancelled);
    CHECK(d.it.reached->who == evidence::accounting);
    CHECK_FALSE(d.it.reached->exit_code);
  }
}

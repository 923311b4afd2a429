#include "tests/core/item_driver.hpp"

#include <algorithm>

using namespace settle::test;

namespace {

driver asked() {
  driver d;
  d.on(kind::submit_asked);
  return d;
}

void is_cancelled_unsubmitted(const driver& d) {
  CHECK(d.it.status == item_status::failed);
  REQUIRE(d.it.reached.has_value());
  CHECK(d.it.reached->why == cause::cancelled);
  CHECK(d.it.reached->who == evidence::not_applicable);
  CHECK_FALSE(d.it.reached->exit_code.has_value());
}

const fx verdict_only{effect::publish, effect::finished};

}  // namespace

TEST_CASE("a submission is counted when it is asked, and the first opens attempt one", "[core][item]") {
  driver d;
  CHECK(d.on(kind::submit_asked) == nothing);
  CHECK(d.it.sub == submission::asked);
  CHECK(d.it.attempt == 1);
  CHECK(d.it.submissions == 1);
  CHECK(d.on(kind::submit_asked) == nothing);  // said twice
  CHECK(d.it.submissions == 1);
}

TEST_CASE("an accepted submission is submitted and its clock runs", "[core][item]") {
  driver d = asked();
  CHECK(d.accepted(4711) == fx{effect::publish, effect::start_clock});
  CHECK(d.it.status == item_status::submitted);
  CHECK(d.it.job_id == 4711);
  CHECK(d.it.sub == submission::none);
  CHECK(d.accepted(4711) == nothing);
}

TEST_CASE("a refusal fails the item in sbatch's own words", "[core][item]") {
  driver d = asked();
  CHECK(d.words(kind::submit_refused, "invalid partition") == verdict_only);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->why == cause::rejected);
  CHECK(d.it.reached->who == evidence::not_applicable);
  CHECK(d.it.reached->error == "invalid partition");
}

TEST_CASE("a refusal that nobody asked for changes nothing", "[core][item]") {
  driver d;
  CHECK(d.words(kind::submit_refused, "late") == nothing);
  CHECK(d.it.status == item_status::pending);
}

TEST_CASE("a deferred submission goes back to the queue with its reason, and may be asked again",
          "[core][item]") {
  driver d = asked();
  CHECK(d.words(kind::submit_deferred, "QOSMaxSubmit") == fx{effect::submit_again});
  CHECK(d.it.sub == submission::deferred);
  CHECK(d.it.reason == "QOSMaxSubmit");
  CHECK(d.on(kind::submit_asked) == nothing);
  CHECK(d.it.submissions == 2);
  CHECK(d.it.attempt == 1);
}

TEST_CASE("an unclear submission stays pending and is searched by its token", "[core][item]") {
  driver d = asked();
  CHECK(d.words(kind::submit_unclear, "deadline") == fx{effect::search_token});
  CHECK(d.it.status == item_status::pending);
  CHECK(d.it.sub == submission::unclear);
  CHECK(d.on(kind::submit_unclear) == nothing);

  SECTION("found: it is submitted") {
    CHECK(d.accepted() == fx{effect::publish, effect::start_clock});
    CHECK(d.it.submissions == 1);
  }
  SECTION("silent: only then is it submitted again, as a counted submission") {
    CHECK(d.on(kind::search_silent) == fx{effect::submit_again});
    CHECK(d.it.sub == submission::none);
    CHECK(d.it.submissions == 1);
    d.on(kind::submit_asked);
    CHECK(d.it.submissions == 2);
  }
  SECTION("cancelled meanwhile and silent: cancelled") {
    CHECK(d.on(kind::cancel_asked) == nothing);
    CHECK(d.it.status == item_status::pending);
    CHECK(d.on(kind::search_silent) == verdict_only);
    is_cancelled_unsubmitted(d);
  }
  SECTION("cancelled meanwhile and found: the job is cancelled, evidence decides") {
    d.on(kind::cancel_asked);
    CHECK(d.accepted() == fx{effect::publish, effect::start_clock, effect::cancel_job});
    CHECK(d.it.status == item_status::submitted);
  }
  SECTION("asking again before the search ended is no second submission") {
    CHECK(d.on(kind::submit_asked) == nothing);
    CHECK(d.it.submissions == 1);
    CHECK(d.it.sub == submission::unclear);
  }
}

TEST_CASE("silence that nobody waited for changes nothing", "[core][item]") {
  driver d = asked();
  CHECK(d.on(kind::search_silent) == nothing);
  CHECK(d.it.sub == submission::asked);
}

TEST_CASE("a pending item that nobody submitted is cancelled at once", "[core][item]") {
  driver d;
  CHECK(d.on(kind::cancel_asked) == verdict_only);
  is_cancelled_unsubmitted(d);
  CHECK(d.it.finished_at == d.now.wall);
}

TEST_CASE("cancel during sbatch is remembered", "[core][item]") {
  driver d = asked();
  CHECK(d.on(kind::cancel_asked) == nothing);
  SECTION("accepted: the job is cancelled") {
    CHECK(d.accepted() == fx{effect::publish, effect::start_clock, effect::cancel_job});
  }
  SECTION("deferred: cancelled") {
    CHECK(d.on(kind::submit_deferred) == verdict_only);
    is_cancelled_unsubmitted(d);
  }
  SECTION("refused: that is its own failure") {
    d.words(kind::submit_refused, "no");
    CHECK(d.it.reached->why == cause::rejected);
  }
}

TEST_CASE("a deferred item is cancelled at once", "[core][item]") {
  driver d = asked();
  d.on(kind::submit_deferred);
  CHECK(d.on(kind::cancel_asked) == verdict_only);
  is_cancelled_unsubmitted(d);
}

TEST_CASE("cancelling a live item is a request to the scheduler, no verdict", "[core][item]") {
  const auto s =
      GENERATE(item_status::submitted, item_status::queued, item_status::running, item_status::settling);
  driver d = in_state(s);
  CHECK(d.on(kind::cancel_asked) == fx{effect::cancel_job});
  CHECK(d.it.status == s);
  CHECK(d.it.cancel_asked);
}

TEST_CASE("a failed dependency dooms what was not submitted", "[core][item]") {
  driver d;
  CHECK(d.words(kind::dependency_failed, "dependency \"a\" failed") == verdict_only);
  CHECK(d.it.status == item_status::dep_failed);
  CHECK(d.it.reached->why == cause::dependency_failed);
  CHECK(d.it.reached->who == evidence::not_applicable);
  CHECK(d.it.reached->error == "dependency \"a\" failed");
}

TEST_CASE("a failed dependency spares what is under way or live", "[core][item]") {
  driver d = asked();
  CHECK(d.on(kind::dependency_failed) == nothing);
  CHECK(d.it.sub == submission::asked);
  d.accepted();
  CHECK(d.on(kind::dependency_failed) == nothing);
  CHECK(d.it.status == item_status::submitted);
}

TEST_CASE("a job that turns up for an item decided without one is cancelled, the verdict stays",
          "[core][item]") {
  driver d;
  d.on(kind::cancel_asked);
  const verdict before = *d.it.reached;
  CHECK(d.accepted(99) == fx{effect::cancel_job});
  CHECK(d.it.job_id == 99);
  CHECK(d.it.reached == before);
  CHECK(d.accepted(99) == nothing);
}

TEST_CASE("listings, accounting and their absence mean nothing to a pending item", "[core][item]") {
  driver d = asked();
  for (kind k : {kind::listed_waiting, kind::listed_alive, kind::listed_present, kind::listed_succeeded,
                 kind::listed_failed, kind::listed_interrupted, kind::absent, kind::accounting_answered,
                 kind::accounting_failed, kind::accounting_disabled})
    CHECK(d.on(k) == nothing);
  CHECK(d.it.status == item_status::pending);
}

namespace {

fx claim_names(driver& d, std::uint64_t job) {
  return d.on(event{.kind = kind::claim_found, .job_id = job});
}

}  // namespace

TEST_CASE("the claim of a submission without an answer names its job: that one runs, or ran",
          "[core][item]") {
  driver d = asked();
  d.on(kind::submit_unclear);
  CHECK(claim_names(d, 99) == fx{effect::publish});
  CHECK(d.it.status == item_status::running);
  CHECK(d.it.job_id == 99);
  CHECK(d.it.sub == submission::none);
  CHECK(d.it.ever_running);
  SECTION("it may have ended long ago") {
    CHECK(d.on(kind::absent) == left_the_queue);
    CHECK(d.answered(judged_success()) == ended_settling);
    CHECK(d.it.status == item_status::completed);
  }
  SECTION("said twice it changes nothing") {
    CHECK(claim_names(d, 99) == nothing);
  }
}

TEST_CASE("a cancel that waits for sbatch's answer goes to the job that the claim names", "[core][item]") {
  driver d = asked();
  d.on(kind::submit_unclear);
  d.on(kind::cancel_asked);
  CHECK(claim_names(d, 99) == fx{effect::publish, effect::cancel_job});
}

TEST_CASE("whoever has the claim is the item's job, whatever was seen of another", "[core][item]") {
  const auto s =
      GENERATE(item_status::submitted, item_status::queued, item_status::running, item_status::settling);
  driver d = in_state(s);
  const auto attempt = d.it.attempt;
  if (s == item_status::settling)
    d.answered(judged_failure(125));
  const auto effects = claim_names(d, 99);
  CHECK(std::count(effects.begin(), effects.end(), effect::publish) == 1);
  CHECK(std::count(effects.begin(), effects.end(), effect::finished) == 0);
  CHECK(d.it.status == item_status::running);
  CHECK(d.it.job_id == 99);
  CHECK(d.it.attempt == attempt);
  CHECK(!d.it.candidate);
  CHECK(!d.it.first_submit);
  CHECK(!d.it.finished_at);
  d.on(kind::absent);
  d.on(kind::absent);  // what the other job's end waited for
  CHECK(d.it.status == item_status::settling);
  d.answered(judged_success());
  CHECK(d.it.status == item_status::completed);
}

TEST_CASE("a claim changes no verdict", "[core][item]") {
  driver d = in_state(item_status::running);
  d.listed(kind::listed_failed, {.why = cause::exit_nonzero, .exact = {125, {}}});
  const verdict before = *d.it.reached;
  CHECK(claim_names(d, 99) == nothing);
  CHECK(d.it.job_id == 77);
  CHECK(d.it.reached == before);
}

TEST_CASE("a claim without a name, and no job anywhere: lost", "[core][item]") {
  driver d = asked();
  CHECK(d.words(kind::claim_unreadable, "words") == nothing);
  d.on(kind::submit_unclear);
  CHECK(d.words(kind::claim_unreadable, "words") == verdict_only);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->why == cause::lost);
  CHECK(d.it.reached->error == "words");
}

TEST_CASE("only settle's own bugs are impossible", "[core][item]") {
  for (std::size_t e = 0; e < event_kind_count; ++e)
    for (std::size_t s = 0; s < item_status_count; ++s) {
      const auto k = static_cast<event_kind>(e);
      if (is_possible(k, static_cast<item_status>(s)))
        continue;
      CAPTURE(std::string{to_text(k)}, s);
      // What we started ourselves: reading a document, a clock, a local process. Slurm causes none of them.
      CHECK((k == kind::document_accepted || k == kind::document_refused || k == kind::no_record_due ||
             k == kind::stuck_due || k == kind::process_started || k == kind::process_ended));
    }
}

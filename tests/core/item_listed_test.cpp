#include "tests/core/item_driver.hpp"

using namespace settle::test;

namespace {

listed_job row(std::uint32_t restarts, epoch_seconds submit, std::optional<epoch_seconds> start = {}) {
  listed_job j;
  j.restarts = restarts;
  j.submit = submit;
  j.start = start;
  return j;
}

listed_job ended(cause why, exit_status exact = {}) {
  listed_job j;
  j.why = why;
  j.exact = exact;
  j.word = "WORD";
  return j;
}

}  // namespace

TEST_CASE("the first listing that shows it moves a submitted item and ends its clock", "[core][item]") {
  driver d = in_state(item_status::submitted);
  SECTION("waiting: queued, with the reason") {
    listed_job j = row(0, 500);
    j.reason = "Resources";
    CHECK(d.listed(kind::listed_waiting, j) == fx{effect::publish, effect::stop_clock});
    CHECK(d.it.status == item_status::queued);
    CHECK(d.it.reason == "Resources");
    CHECK(d.it.first_submit == 500);
    CHECK_FALSE(d.it.ever_running);
  }
  SECTION("alive: running") {
    CHECK(d.listed(kind::listed_alive, row(0, 500, 510)) == fx{effect::publish, effect::stop_clock});
    CHECK(d.it.status == item_status::running);
    CHECK(d.it.ever_running);
    CHECK(d.it.start == 510);
  }
  CHECK(d.it.attempt == 1);
}

TEST_CASE("a listing that shows nothing new has no effect", "[core][item]") {
  driver d = in_state(item_status::queued);
  CHECK(d.listed(kind::listed_waiting) == nothing);
  d.listed(kind::listed_alive);
  CHECK(d.listed(kind::listed_alive) == nothing);
  CHECK(d.listed(kind::listed_present) == nothing);
  CHECK(d.it.status == item_status::running);
}

TEST_CASE("first_submit is the first listing's and never changes", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  d.listed(kind::listed_waiting, row(1, 600));
  CHECK(d.it.first_submit == 500);
  CHECK(d.it.submit == 600);
}

TEST_CASE("running, then listed pending: queued, and a new attempt only if something changed",
          "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  SECTION("nothing changed") {
    CHECK(d.listed(kind::listed_waiting, row(0, 500, 510)) == fx{effect::publish});
    CHECK(d.it.attempt == 1);
  }
  SECTION("nothing is known") {
    CHECK(d.listed(kind::listed_waiting) == fx{effect::publish});
    CHECK(d.it.attempt == 1);
  }
  SECTION("the restart count") {
    d.listed(kind::listed_waiting, row(1, 500));
    CHECK(d.it.attempt == 2);
  }
  SECTION("the submit time") {
    d.listed(kind::listed_waiting, row(0, 501));
    CHECK(d.it.attempt == 2);
  }
  SECTION("the start time") {
    d.listed(kind::listed_waiting, row(0, 500, 900));
    CHECK(d.it.attempt == 2);
  }
  CHECK(d.it.status == item_status::queued);
}

TEST_CASE("a pending job's forecast of its start opens no attempt", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_waiting, row(0, 500, 900));
  d.listed(kind::listed_waiting, row(0, 500, 950));
  d.listed(kind::listed_alive, row(0, 500, 700));
  d.listed(kind::listed_alive, row(0, 500, 703));  // configuring nodes move it
  CHECK(d.it.attempt == 1);
}

TEST_CASE("one requeue is one attempt, however many listings show it", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  d.listed(kind::listed_waiting, row(1, 600, 720));
  d.listed(kind::listed_waiting, row(1, 600, 730));
  d.listed(kind::listed_alive, row(1, 600, 731));
  d.on(kind::absent);
  d.listed(kind::listed_alive, row(1, 600, 731));
  CHECK(d.it.attempt == 2);
}

TEST_CASE("a requeue between two polls is told although it runs in both", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  CHECK(d.listed(kind::listed_alive, row(1, 600, 610)) == fx{effect::publish});
  CHECK(d.it.attempt == 2);
}

TEST_CASE("what leaves the queue settles: accounting is asked and the clock starts", "[core][item]") {
  const auto s = GENERATE(item_status::queued, item_status::running);
  const auto k = GENERATE(kind::absent, kind::listed_succeeded, kind::listed_interrupted);
  driver d = in_state(s);
  CHECK(d.listed(k, ended(k == kind::listed_interrupted ? cause::node_failure : cause::none)) ==
        left_the_queue);
  CHECK(d.it.status == item_status::settling);
  CHECK(d.it.finished_at == d.now.wall);
  CHECK(d.it.controller.has_value() == (k != kind::absent));
  CHECK_FALSE(d.it.reached.has_value());
}

TEST_CASE("a submitted item that is listed COMPLETED settles too, with the controller's record",
          "[core][item]") {
  driver d = in_state(item_status::submitted);
  CHECK(d.listed(kind::listed_succeeded, ended(cause::none, {0, {}})) == left_the_queue);
  CHECK(d.it.status == item_status::settling);
  CHECK(d.it.controller->means == meaning::succeeded);
  CHECK(d.it.exact == exit_status{0, {}});
}

TEST_CASE("a submitted item that no listing shows asks accounting, once", "[core][item]") {
  driver d = in_state(item_status::submitted);
  CHECK(d.on(kind::absent) == fx{effect::ask_accounting});
  CHECK(d.on(kind::absent) == nothing);
  CHECK(d.it.status == item_status::submitted);
  CHECK(d.listed(kind::listed_waiting) == came_back);
}

TEST_CASE("a listed failure fails any live item at once, with the controller's exact code", "[core][item]") {
  const auto s =
      GENERATE(item_status::submitted, item_status::queued, item_status::running, item_status::settling);
  driver d = in_state(s);
  const fx effects = d.listed(kind::listed_failed, ended(cause::exit_nonzero, {137, {}}));
  CHECK(effects.front() == effect::publish);
  CHECK(effects.back() == effect::finished);
  CHECK(d.it.status == item_status::failed);
  CHECK(d.it.reached->who == evidence::queue);
  CHECK(d.it.reached->why == cause::exit_nonzero);
  CHECK(d.it.reached->exit_code == 137);
  CHECK(d.it.reached->facts.raw_state == "WORD");
}

TEST_CASE("a listed failure keeps the cause that the listing names", "[core][item]") {
  const auto why = GENERATE(cause::timeout, cause::out_of_memory, cause::cancelled, cause::deadline);
  driver d = in_state(item_status::running);
  d.listed(kind::listed_failed, ended(why, {0, 15}));
  CHECK(d.it.reached->why == why);
  CHECK(d.it.reached->signal == 15);
}

TEST_CASE("a settling item seen alive again is alive again", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  d.listed(kind::listed_succeeded, row(0, 500, 510));
  d.answered(judged_failure());
  REQUIRE(d.it.candidate.has_value());
  SECTION("running, the same attempt") {
    CHECK(d.listed(kind::listed_alive, row(0, 500, 510)) == came_back);
    CHECK(d.it.status == item_status::running);
    CHECK(d.it.attempt == 1);
  }
  SECTION("queued, the next attempt") {
    CHECK(d.listed(kind::listed_waiting, row(1, 600)) == came_back);
    CHECK(d.it.status == item_status::queued);
    CHECK(d.it.attempt == 2);
  }
  CHECK_FALSE(d.it.finished_at.has_value());
  CHECK_FALSE(d.it.candidate.has_value());
  CHECK_FALSE(d.it.controller.has_value());
}

TEST_CASE("a cancelled job that comes back is cancelled again", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  d.on(kind::cancel_asked);
  CHECK(d.listed(kind::listed_alive, row(0, 500, 510)) == nothing);
  CHECK(d.listed(kind::listed_waiting, row(1, 600)) == fx{effect::publish, effect::cancel_job});
}

TEST_CASE("a word we do not know keeps an item from being missed, and nothing more", "[core][item]") {
  driver d = in_state(item_status::submitted);
  CHECK(d.listed(kind::listed_present) == fx{effect::start_clock});
  CHECK(d.it.status == item_status::submitted);
  driver s = in_state(item_status::settling);
  CHECK(s.listed(kind::listed_present) == fx{effect::start_clock});
  CHECK(s.it.status == item_status::settling);
}

TEST_CASE("a job seen alive after its verdict is reported once and changes nothing", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_success());
  REQUIRE(d.it.status == item_status::completed);
  const item before = d.it;
  event old{.kind = kind::listed_alive};
  old.begun = before.decided - seconds{5};
  CHECK(d.on(old) == nothing);  // that listing began before the verdict
  CHECK(d.listed(kind::listed_alive) ==
        nothing);  // shows no start: COMPLETING, the end of the life that was judged
  CHECK(d.listed(kind::listed_alive, row(1, 600, 610)) == fx{effect::report_rerun});
  CHECK(d.listed(kind::listed_waiting) == nothing);
  CHECK(d.it.reached == before.reached);
  CHECK(d.it.status == before.status);
}

TEST_CASE("the same life, still completing, is no rerun", "[core][item]") {
  driver d = in_state(item_status::submitted);
  d.listed(kind::listed_alive, row(0, 500, 510));
  d.on(kind::absent);
  d.answered(judged_success());
  CHECK(d.listed(kind::listed_alive, row(0, 500, 510)) == nothing);
  CHECK(d.listed(kind::listed_alive, row(1, 600, 610)) == fx{effect::report_rerun});
}

TEST_CASE("late ends and absences of a finished item change nothing", "[core][item]") {
  driver d = in_state(item_status::settling);
  d.answered(judged_success());
  const item before = d.it;
  for (kind k : {kind::listed_succeeded, kind::listed_failed, kind::listed_interrupted, kind::absent,
                 kind::listed_present, kind::no_record_due, kind::accounting_failed, kind::cancel_asked,
                 kind::dependency_failed, kind::submit_refused, kind::search_silent})
    CHECK(d.on(k) == nothing);
  CHECK(d.it == before);
}

TEST_CASE("a life that began and ended between two listings voids the failure of the one before",
          "[core][item]") {
  driver d = in_state(item_status::queued);
  listed_job first;
  first.restarts = 0;
  first.submit = 1'700'000'000;
  d.listed(kind::listed_alive, first);
  d.listed(kind::listed_interrupted, first);
  REQUIRE(d.it.status == item_status::settling);
  d.on(kind::accounting_disabled);
  REQUIRE(d.it.candidate);
  const auto attempt = d.it.attempt;
  listed_job second;
  second.restarts = 1;
  second.submit = 1'700'000'100;
  second.exact.exit = 0;
  CHECK(d.listed(kind::listed_succeeded, second) == fx{effect::publish});
  CHECK(d.it.attempt == attempt + 1);
  CHECK_FALSE(d.it.candidate);
  CHECK(d.listed(kind::listed_succeeded, second) == nothing);
  d.on(kind::accounting_disabled);
  CHECK(d.it.status == item_status::completed);
  CHECK(d.it.reached->who == evidence::controller);
}

// Whole lives of items under the real actors, on a played cluster and a virtual clock.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace stage;
using core::item_status;
using statuses = std::vector<item_status>;

TEST_CASE("each item passes through settling to its verdict, and the run ends once", "[actors]") {
  theatre t;
  t.start(tasks_named({"a", "b", "c"}));
  REQUIRE(t.slurm->jobs.size() == 3);
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->vanish_all();
  t.pass(40s);
  CHECK_FALSE(t.story->last);
  t.slurm->account_for(t.slurm->job_of("a"), 0);
  t.slurm->account_for(t.slurm->job_of("b"), 3);
  t.slurm->account_for(t.slurm->job_of("c"), 0);
  t.until_over(60s);

  CHECK(t.story->life_of("a") == statuses{item_status::submitted, item_status::running, item_status::settling,
                                          item_status::completed});
  REQUIRE(t.story->verdict_of("b"));
  CHECK(t.story->verdict_of("b")->status == item_status::failed);
  CHECK(t.story->verdict_of("b")->exit_code == 3);
  CHECK(t.story->verdict_of("b")->who == core::evidence::accounting);
  REQUIRE(t.story->finished());
  CHECK(t.story->finished()->run_state == core::run_status::failed);
  CHECK(t.story->finished()->tally.of(item_status::completed) == 2);
  CHECK(t.story->events.back().kind == core::stream_kind::run_finished);
}

TEST_CASE("an outage of the controller changes no verdict, however long it lasts", "[actors]") {
  theatre t;
  t.start(tasks_named({"a", "b", "c", "d"}));
  t.slurm->run_all();
  t.pass(15s);
  auto before = t.story->events.size();
  t.slurm->controller_answers = false;
  t.slurm->accounting_answers = false;
  t.pass(2h);
  for (auto i = before; i < t.story->events.size(); ++i)
    CHECK(t.story->events[i].kind == core::stream_kind::notice);
  CHECK(t.story->told("slurmctld does not answer"));
  t.slurm->controller_answers = t.slurm->accounting_answers = true;
  t.pass(6min);
  CHECK(t.story->told("slurmctld answers again"));
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(2h);
  CHECK(t.story->finished()->run_state == core::run_status::completed);
  CHECK(t.story->finished()->confirmed);
}

TEST_CASE("a listing that suddenly lacks every job is confirmed before anyone acts", "[actors]") {
  theatre t{[](auto& c) { c.interval_fixed = true; }};
  t.start(tasks_named({"a", "b", "c"}));
  t.slurm->run_all();
  t.pass(15s);
  auto before = t.story->events.size();
  t.slurm->vanish_all();
  t.pass(15s);
  CHECK(t.story->events.size() == before);  // one listing alone is not believed
  for (auto& [id, job] : t.slurm->jobs)
    job.listed = true;
  t.pass(60s);
  CHECK(t.story->events.size() == before);
  t.slurm->vanish_all();
  t.pass(30s);
  CHECK(t.story->life_of("a").back() == item_status::settling);
}

TEST_CASE("without any record the fallback is a marked, unconfirmed completion", "[actors]") {
  theatre t;
  t.start(tasks_named({"a"}));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->vanish_all();
  t.until_over(20min);
  REQUIRE(t.story->verdict_of("a"));
  CHECK(t.story->verdict_of("a")->status == item_status::completed);
  CHECK(t.story->verdict_of("a")->who == core::evidence::none);
  CHECK(t.story->verdict_of("a")->error.starts_with(core::unconfirmed_marker));
  CHECK_FALSE(t.story->finished()->confirmed);
}

TEST_CASE("a hung squeue keeps one call waiting and lets submissions go on", "[actors]") {
  theatre t{[](auto& c) { c.max_concurrent = 0; }};
  t.slurm->hold_lists = true;
  t.start(tasks_named({"a", "b"}));
  t.pass(10min);
  CHECK(t.slurm->held_lists.size() == 1);
  CHECK(t.slurm->submissions.size() == 2);
  t.slurm->hold_lists = false;
  t.slurm->run_all();
  t.slurm->held_lists.front()();
  t.settle_down();
  CHECK(t.story->life_of("a").back() == item_status::running);
}

TEST_CASE("a failed dependency dooms its dependents, which never reach the scheduler", "[actors]") {
  theatre t;
  t.start(R"({"tasks":[{"id":"a","name":"a","command":"x"},
                       {"id":"b","name":"b","command":"x","deps":["a"]},
                       {"id":"c","name":"c","command":"x","deps":["b"]}]})");
  CHECK(t.slurm->submissions.size() == 1);
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->vanish_all();
  t.slurm->account_for_all(1);
  t.until_over(120s);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.story->verdict_of("b")->status == item_status::dep_failed);
  CHECK(t.story->verdict_of("c")->status == item_status::dep_failed);
}

TEST_CASE("max_concurrent holds at every moment", "[actors]") {
  theatre t{[](auto& c) { c.max_concurrent = 2; }};
  t.start(tasks_named({"a", "b", "c", "d", "e"}));
  for (int round = 0; round < 4; ++round) {
    std::size_t live = 0;
    for (auto& [id, job] : t.slurm->jobs)
      live += job.rows.empty();
    CHECK(live <= 2);
    for (auto& [id, job] : t.slurm->jobs)
      if (job.rows.empty()) {
        job.listed = false;
        t.slurm->account_for(job, 0);
      }
    t.pass(60s);
  }
  t.until_over(5min);
  CHECK(t.story->finished()->run_state == core::run_status::completed);
}

TEST_CASE("scheduler calls per cycle do not grow with the number of items", "[actors]") {
  auto calls_for = [](int n) {
    theatre t{[](auto& c) { c.interval_fixed = true; }};
    std::vector<std::string> ids;
    for (int i = 0; i < n; ++i)
      ids.push_back("t" + std::to_string(i));
    t.start(tasks_named(ids));
    t.slurm->run_all();
    t.pass(60s);
    t.slurm->vanish_all();
    t.pass(60s);
    t.slurm->account_for_all(0);
    t.until_over(5min);
    return std::pair{t.slurm->lists, t.slurm->accounts};
  };
  CHECK(calls_for(3) == calls_for(300));
}

TEST_CASE("late accounting corrects an unconfirmed completion once, while the run lasts", "[actors]") {
  theatre t;
  t.start(tasks_named({"a", "b"}));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->job_of("a").listed = false;
  t.pass(15min);
  REQUIRE(t.story->verdict_of("a"));
  CHECK(t.story->verdict_of("a")->who == core::evidence::none);
  t.slurm->account_for(t.slurm->job_of("a"), 3);
  t.pass(60s);
  auto corrected = std::count_if(t.story->events.begin(), t.story->events.end(), [](const auto& e) {
    return e.kind == core::stream_kind::verdict_corrected && e.status == item_status::failed &&
           e.exit_code == 3;
  });
  CHECK(corrected == 1);
  t.slurm->vanish_all();
  t.slurm->account_for(t.slurm->job_of("b"), 0);
  t.until_over(5min);
  CHECK(t.story->finished()->run_state == core::run_status::failed);
}

TEST_CASE("an outage of seconds does not cost minutes afterwards", "[actors]") {
  theatre t{[](auto& c) {
    c.interval_fixed = true;
    c.rules.poll_interval = 1s;
  }};
  t.start(tasks_named({"a"}));
  t.slurm->run_all();
  t.pass(5s);
  t.slurm->failure_latency = 19s;  // squeue gives up after its own time-out
  t.slurm->controller_answers = false;
  t.pass(2s);
  t.slurm->controller_answers = true;
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(30s);
}

// Jobs that do not start by themselves, under the real actors: what subscribers hear, and `fail_stuck_after`.
#include "tests/actors/stage.hpp"

#include "actors/translate/pending_reasons.hpp"

#include <catch2/catch.hpp>

using namespace stage;
using core::item_status;

namespace {

void waits(played_job& job, const std::string& reason) {
  job.reason = reason;
  job.outlook = actors::advice_on(reason).outlook;
}

/// Every reason that was told of the item while it was queued; "" where one went.
std::vector<std::string> reasons_of(const theatre& t, const std::string& item) {
  std::vector<std::string> out;
  for (const auto& e : t.story->events)
    if (e.item == item && e.status == item_status::queued)
      out.push_back(e.reason);
  return out;
}

void scancel_works(theatre& t) {
  for (auto id : t.slurm->cancelled) {
    t.slurm->jobs[id].means = core::meaning::failed;
    t.slurm->jobs[id].why = core::cause::cancelled;
  }
}

}  // namespace

TEST_CASE("a stuck item's reason and advice are one event each time they change", "[actors][stuck]") {
  theatre t;
  t.start(tasks_named({"a", "b"}));
  waits(t.slurm->job_of("a"), "Priority");
  waits(t.slurm->job_of("b"), "Priority");
  t.pass(60s);
  CHECK(reasons_of(t, "a") == std::vector<std::string>{""});
  waits(t.slurm->job_of("a"), "JobHeldAdmin");
  t.pass(10min);
  CHECK(reasons_of(t, "a") == std::vector<std::string>{"", "JobHeldAdmin"});
  CHECK(t.story->events.back().advice == actors::advice_on("JobHeldAdmin").words);
  waits(t.slurm->job_of("a"), "Resources");
  t.pass(60s);
  CHECK(reasons_of(t, "a") == std::vector<std::string>{"", "JobHeldAdmin", ""});
  CHECK(reasons_of(t, "b") == std::vector<std::string>{""});
  CHECK(t.slurm->cancelled.empty());
}

TEST_CASE("a job that stays stuck is cancelled after its time, and evidence decides", "[actors][stuck]") {
  theatre t{[](auto& c) { c.rules.fail_stuck_after = 600s; }};
  t.start(R"({"tasks":[{"id":"a","name":"a","command":"x"},
                       {"id":"b","name":"b","command":"x","deps":["a"]}]})");
  waits(t.slurm->job_of("a"), "DependencyNeverSatisfied");
  t.pass(9min);
  CHECK(t.slurm->cancelled.empty());
  t.pass(2min);
  REQUIRE_FALSE(t.slurm->cancelled.empty());
  CHECK_FALSE(t.story->verdict_of("a"));  // asked for, not yet seen
  scancel_works(t);
  t.until_over(60s);
  REQUIRE(t.story->verdict_of("a"));
  CHECK(t.story->verdict_of("a")->why == core::cause::cancelled);
  CHECK(t.story->verdict_of("a")->who == core::evidence::queue);
  CHECK(t.story->verdict_of("a")->error == "cancelled by settle after 600 s: DependencyNeverSatisfied");
  CHECK(t.story->verdict_of("a")->reason.empty());
  CHECK(t.story->verdict_of("b")->status == item_status::dep_failed);
  CHECK(t.story->finished()->run_state == core::run_status::failed);
}

TEST_CASE("an outage of the controller does not count as stuck time", "[actors][stuck]") {
  theatre t{[](auto& c) { c.rules.fail_stuck_after = 600s; }};
  t.start(tasks_named({"a"}));
  waits(t.slurm->job_of("a"), "JobHeldUser");
  t.pass(5min);
  t.slurm->controller_answers = false;
  t.pass(2h);
  t.slurm->controller_answers = true;
  t.pass(4min);
  CHECK(t.slurm->cancelled.empty());
  // Released in time: nothing is cancelled, and the clock is gone.
  waits(t.slurm->job_of("a"), "Priority");
  t.pass(1h);
  CHECK(t.slurm->cancelled.empty());
  waits(t.slurm->job_of("a"), "JobHeldUser");
  t.pass(11min);
  CHECK(t.slurm->cancelled.size() == 1);
  t.pass(11min);
  CHECK(t.slurm->cancelled.size() == 2);  // it is still there
}

TEST_CASE("what may start by itself is told once and never cancelled", "[actors][stuck]") {
  theatre t{[](auto& c) { c.rules.fail_stuck_after = 60s; }};
  t.start(tasks_named({"a"}));
  for (int i = 0; i < 5; ++i) {
    waits(t.slurm->job_of("a"), "ReqNodeNotAvail, UnavailableNodes:n" + std::to_string(i));
    t.pass(2min);
    waits(t.slurm->job_of("a"), "Resources");
    t.pass(2min);
  }
  CHECK(reasons_of(t, "a") == std::vector<std::string>{"ReqNodeNotAvail, UnavailableNodes:n0", ""});
  CHECK(t.slurm->cancelled.empty());
}

TEST_CASE("a new supervisor hears of a stuck item without telling it twice", "[actors][stuck]") {
  theatre t;
  t.start(tasks_named({"a"}));
  waits(t.slurm->job_of("a"), "JobHeldUser");
  t.pass(60s);
  caf::anon_send_exit(t.story->supervisor, caf::exit_reason::kill);
  t.pass(5min);
  CHECK(reasons_of(t, "a") == std::vector<std::string>{"JobHeldUser"});
}

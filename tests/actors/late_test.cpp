// A finished run whose completions nobody confirmed: a supervisor asks on, for a time; and what others ask of a run.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace settle;
using namespace stage;
using namespace std::chrono_literals;

namespace {

std::vector<core::stream_event> ends(const seen& story) {
  std::vector<core::stream_event> out;
  std::copy_if(story.events.begin(), story.events.end(), std::back_inserter(out),
               [](const auto& e) { return e.kind == core::stream_kind::run_finished; });
  return out;
}

/// "a" left the queue and accounting never spoke: completed, unconfirmed, and the run is finished.
void finish_unconfirmed(theatre& t) {
  t.start(tasks_named({"a"}));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->vanish_all();
  t.pass(15min);
  REQUIRE(ends(*t.story).size() == 1);
  REQUIRE(t.story->verdict_of("a")->who == core::evidence::none);
}

}  // namespace

TEST_CASE("late accounting corrects a finished run, and it is finished again", "[actors][late]") {
  theatre t{[](auto& c) { c.late_accounting = 1h; }};
  finish_unconfirmed(t);
  CHECK_FALSE(t.story->last);
  t.slurm->account_for_all(3);
  t.pass(2min);
  const auto told = ends(*t.story);
  REQUIRE(told.size() == 2);
  CHECK(told.back().run_state == core::run_status::failed);
  CHECK(told.back().confirmed);
  CHECK(t.story->last);
  const auto asked = t.slurm->accounts;
  t.pass(10min);
  CHECK(t.slurm->accounts == asked);  // nothing is left to ask
}

TEST_CASE("after its time nobody asks about a finished run any more", "[actors][late]") {
  theatre t{[](auto& c) { c.late_accounting = 1h; }};
  finish_unconfirmed(t);
  const auto before = t.slurm->accounts;
  t.pass(30min);
  CHECK(t.slurm->accounts > before);
  CHECK_FALSE(t.story->last);
  t.pass(40min);
  CHECK(t.story->last);
  const auto after = t.slurm->accounts;
  t.slurm->account_for_all(3);
  t.pass(30min);
  CHECK(t.slurm->accounts == after);
  CHECK(ends(*t.story).size() == 1);
}

TEST_CASE("without it a finished run is done with", "[actors][late]") {
  theatre t;
  finish_unconfirmed(t);
  CHECK(t.story->last);
  const auto after = t.slurm->accounts;
  t.slurm->account_for_all(3);
  t.pass(30min);
  CHECK(t.slurm->accounts == after);
}

TEST_CASE("items are cancelled by themselves, others go on", "[actors][cancel]") {
  theatre t;
  t.start(tasks_named({"a", "b", "c"}));
  t.slurm->run_all();
  t.pass(15s);
  actors::compat::anon_send(t.root, actors::cancel_run{t.answer.run, {"b"}});
  t.pass(30s);
  REQUIRE_FALSE(t.slurm->cancelled.empty());
  for (const auto id : t.slurm->cancelled)
    CHECK(&t.slurm->jobs.at(id) == &t.slurm->job_of("b"));
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(10min);
  // Here the cancel came too late for the job of b: evidence decides.
  CHECK(t.story->finished()->run_state == core::run_status::completed);
  const auto cancels = std::count_if(t.kept->lines.begin(), t.kept->lines.end(), [](const auto& line) {
    return line.find("\"event\":\"cancel\"") != std::string::npos &&
           line.find("[\"b\"]") != std::string::npos;
  });
  CHECK(cancels == 1);
}

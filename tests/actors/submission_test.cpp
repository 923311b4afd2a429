// Submission under the real actors: once, whatever sbatch says.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

using namespace stage;
using core::item_status;

TEST_CASE("a lost sbatch reply is found by its token, not submitted again", "[actors]") {
  theatre t;
  t.slurm->lose_replies = true;
  t.start(tasks_named({"a"}));
  t.pass(10min);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.story->life_of("a").front() == item_status::submitted);
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(120s);
  CHECK(t.story->verdict_of("a")->status == item_status::completed);
}

TEST_CASE("an unclear submission is repeated only after both witnesses stayed silent long enough",
          "[actors]") {
  theatre t;
  t.slurm->refusals.push_back({io::errc::maybe_submitted, "Socket timed out"});
  t.slurm->accounting_answers = false;
  t.start(tasks_named({"a"}));
  t.pass(1h);
  CHECK(t.slurm->submissions.empty());  // accounting never answered: nobody may say there is no job
  t.slurm->accounting_answers = true;
  t.pass(110s);
  CHECK(t.slurm->submissions.empty());
  t.pass(60s);
  CHECK(t.slurm->submissions.size() == 1);
}

TEST_CASE("a refusal for good fails that item alone, with sbatch's words", "[actors]") {
  theatre t;
  t.slurm->refusals.push_back({io::errc::rejected, "invalid partition specified: nope"});
  t.start(tasks_named({"a", "b"}));
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(120s);
  auto& failed = t.story->verdict_of("a")->status == item_status::failed ? "a" : "b";
  CHECK(t.story->verdict_of(failed)->why == core::cause::rejected);
  CHECK(t.story->verdict_of(failed)->error == "invalid partition specified: nope");
  CHECK(t.story->finished()->tally.of(item_status::completed) == 1);
}

TEST_CASE("a limit is waited out with growing patience", "[actors]") {
  theatre t;
  for (int i = 0; i < 3; ++i)
    t.slurm->refusals.push_back({io::errc::unavailable, "QOSMaxSubmitJobPerUserLimit"});
  t.start(tasks_named({"a"}));
  CHECK(t.slurm->submissions.empty());
  t.pass(30s);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.story->told("QOSMaxSubmitJobPerUserLimit"));
}

TEST_CASE("cancelling a run cancels what runs and keeps back what waits", "[actors]") {
  theatre t{[](auto& c) { c.max_concurrent = 1; }};
  auto run = t.start(tasks_named({"a", "b"}));
  t.slurm->run_all();
  t.pass(15s);
  actors::compat::anon_send(t.root, actors::cancel_run{run});
  t.pass(2s);
  CHECK(t.slurm->cancelled.size() == 1);
  CHECK(t.story->verdict_of("b")->why == core::cause::cancelled);
  for (auto& [id, job] : t.slurm->jobs) {
    job.means = core::meaning::failed;
    job.why = core::cause::cancelled;
  }
  t.until_over(60s);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.story->verdict_of("a")->who == core::evidence::queue);
  CHECK(t.story->finished()->run_state == core::run_status::cancelled);
}

TEST_CASE("a document with problems submits nothing and tells them all", "[actors]") {
  theatre t;
  CHECK(t.start(R"([{"id":"a","name":"a","command":"x","deps":["nope"]},
                    {"id":"a","name":"b","command":"x"}])")
            .empty());
  CHECK(t.answer.problems.size() == 2);
  CHECK(t.slurm->submissions.empty());
}

TEST_CASE("what sbatch has not started is withdrawn by a cancel", "[actors]") {
  theatre t{[](auto& c) { c.submissions_at_once = 1; }};
  t.slurm->hold_submissions = true;
  auto run = t.start(tasks_named({"a", "b", "c"}));
  CHECK(t.slurm->submissions.size() == 1);
  actors::compat::anon_send(t.root, actors::cancel_run{run});
  t.pass(5s);
  t.slurm->held_submissions.front()();
  t.pass(5s);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.slurm->cancelled.size() == 1);  // the one that was under way
  t.slurm->vanish_all();
  for (auto& [id, job] : t.slurm->jobs) {
    t.slurm->account_for(job, 1);
    job.rows.front().why = core::cause::cancelled;
  }
  t.until_over(5min);
  CHECK(t.story->finished()->run_state == core::run_status::cancelled);
}

TEST_CASE("a cancel that crosses a deferral ends the item", "[actors]") {
  theatre t;
  for (int i = 0; i < 20; ++i)
    t.slurm->refusals.push_back({io::errc::unavailable, "AssocMaxSubmitJobLimit"});
  auto run = t.start(tasks_named({"a"}));
  t.pass(20s);
  actors::compat::anon_send(t.root, actors::cancel_run{run});
  t.until_over(5min);
  CHECK(t.story->verdict_of("a")->why == core::cause::cancelled);
  CHECK(t.slurm->submissions.empty());
}

TEST_CASE("detaching submits nothing that sbatch has not started", "[actors]") {
  theatre t{[](auto& c) { c.submissions_at_once = 1; }};
  t.slurm->hold_submissions = true;
  t.start(tasks_named({"a", "b", "c"}));
  caf::scoped_actor self{t.sys};
  auto pending = actors::compat::request(&*self, t.root, caf::infinite, actors::detach_all{});
  t.pass(5s);
  t.slurm->held_submissions.front()();
  t.pass(5s);
  bool detached = false;
  pending.receive([&](const actors::all_detached&) { detached = true; }, [](const caf::error&) {});
  CHECK(detached);
  CHECK(t.slurm->submissions.size() == 1);
}

TEST_CASE("a limit stops all that wait, not only the one that met it", "[actors]") {
  theatre t{[](auto& c) { c.submissions_at_once = 1; }};
  t.slurm->refusals.push_back({io::errc::unavailable, "AssocMaxSubmitJobLimit"});
  t.start(tasks_named({"a", "b", "c", "d"}));
  CHECK(t.slurm->submissions.empty());
  t.pass(10s);
  CHECK(t.slurm->submissions.size() == 4);
}

// Actors die; runs do not. Whoever ends is noticed, reported, and replaced, and no job is submitted twice.
#include "tests/actors/stage.hpp"

#include "actors/supervisor.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace stage;
using core::item_status;

namespace {

/// Ends the run well: every job runs, ends and is accounted for.
void play_out(theatre& t) {
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(10min);
}

/// A backend that keeps the handles of the items it hears of.
class collecting_backend : public caf::event_based_actor {
public:
  collecting_backend(caf::actor_config& cfg, std::shared_ptr<std::vector<actors::job_order>> orders,
                     std::shared_ptr<std::vector<actors::job_watch>> watches)
      : caf::event_based_actor(cfg), orders_(std::move(orders)), watches_(std::move(watches)) {}

protected:
  caf::behavior make_behavior() override {
    return {[this](const actors::job_order& m) { orders_->push_back(m); },
            [this](const actors::job_watch& m) { watches_->push_back(m); }, [](const actors::item_wishes&) {},
            [](const actors::job_cancel&) {}, [](const actors::jobs_forget&) {}};
  }

private:
  std::shared_ptr<std::vector<actors::job_order>> orders_;
  std::shared_ptr<std::vector<actors::job_watch>> watches_;
};

}  // namespace

TEST_CASE("a backend that dies is replaced and goes on with every job", "[actors][supervision]") {
  theatre t;
  t.start(tasks_named({"a", "b"}));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->list_throws = true;
  t.pass(30s);
  CHECK(t.story->told("the backend's actor died"));
  play_out(t);
  CHECK(t.story->finished()->run_state == core::run_status::completed);
  for (const auto& [name, times] : t.slurm->submissions)
    CHECK(times == 1);
  CHECK(t.slurm->submissions.size() == 2);
}

TEST_CASE("a supervisor that dies is replaced, and its story goes on without a gap",
          "[actors][supervision]") {
  theatre t;
  t.start(tasks_named({"a", "b", "c"}));
  t.slurm->run_all();
  t.pass(15s);
  REQUIRE(t.story->supervisor);
  caf::anon_send_exit(t.story->supervisor, caf::exit_reason::kill);
  t.settle_down();
  t.pass(15s);
  CHECK(t.story->told("the supervisor was restarted"));
  play_out(t);
  CHECK(t.story->finished()->tally.of(item_status::completed) == 3);
  CHECK(t.slurm->submissions.size() == 3);
}

TEST_CASE("a supervisor that dies while the run's last lines are being written leaves a run that ends",
          "[actors][supervision]") {
  theatre t;
  t.start(tasks_named({"a"}));
  t.slurm->run_all();
  t.pass(15s);
  t.kept->hold = true;
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  for (int s = 0; s < 60; ++s)  // its lines are held: it decides all it can
    t.pass(1s);
  CHECK_FALSE(t.story->last);
  caf::anon_send_exit(t.story->supervisor, caf::exit_reason::kill);
  t.settle_down();
  t.kept->hold = false;
  t.kept->let_go();
  t.pass(60s);
  REQUIRE(t.story->finished());
  CHECK(t.story->finished()->run_state == core::run_status::completed);
  CHECK(t.story->last);
}

TEST_CASE("last reports that are lost with a supervisor are made again, however many",
          "[actors][supervision]") {
  theatre t;
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i)  // more than may die in a minute
    names.push_back("t" + std::to_string(i));
  t.start(tasks_named(names));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  REQUIRE(t.story->supervisor);
  auto* deaf = dynamic_cast<caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(t.story->supervisor));
  for (int s = 0; s < 120; ++s) {
    t.sched.advance_time(1s);
    t.sched.run_jobs_filtered([deaf](caf::resumable* job) { return job != deaf; });
  }
  CHECK_FALSE(t.story->verdict_of("t0"));
  actors::compat::anon_send_urgent(t.story->supervisor,
                                   caf::exit_msg{t.story->supervisor->address(), caf::exit_reason::kill});
  t.pass(120s);
  REQUIRE(t.story->finished());
  CHECK(t.story->finished()->run_state == core::run_status::completed);
  CHECK(t.story->trouble.empty());
}

TEST_CASE("an unconfirmed completion that is said again to a new supervisor corrects nothing",
          "[actors][supervision]") {
  theatre t;
  t.start(tasks_named({"a", "b"}));
  t.slurm->run_all();
  t.pass(15s);
  t.slurm->job_of("a").listed = false;
  t.pass(15min);
  REQUIRE(t.story->verdict_of("a"));
  REQUIRE(t.story->verdict_of("a")->who == core::evidence::none);
  caf::anon_send_exit(t.story->supervisor, caf::exit_reason::kill);
  t.pass(15s);
  CHECK(t.story->told("the supervisor was restarted"));
  CHECK(std::none_of(t.story->events.begin(), t.story->events.end(),
                     [](const auto& e) { return e.kind == core::stream_kind::verdict_corrected; }));
  t.slurm->account_for(t.slurm->job_of("a"), 3);
  t.pass(60s);
  CHECK(std::count_if(t.story->events.begin(), t.story->events.end(),
                      [](const auto& e) { return e.kind == core::stream_kind::verdict_corrected; }) == 1);
}

TEST_CASE("an item's actor that dies is replaced by one that watches the same job", "[actors][supervision]") {
  theatre t;  // only its actor system is used
  auto orders = std::make_shared<std::vector<actors::job_order>>();
  auto watches = std::make_shared<std::vector<actors::job_watch>>();
  auto state = std::make_shared<actors::supervisor_state>();
  state->config.now = [&t] { return t.now(); };
  state->config.open_store = [&t](const auto&) -> io::result<std::unique_ptr<actors::run_store>> {
    return std::make_unique<memory_store>(t.kept);
  };
  auto backend = t.sys.spawn<collecting_backend>(orders, watches);
  auto supervisor = t.sys.spawn<actors::supervisor_actor>(state, backend, backend);
  actors::submit_run m;
  m.document = tasks_named({"a"});
  actors::compat::anon_send(supervisor, std::move(m));
  t.settle_down();
  REQUIRE(orders->size() == 1);
  auto first = orders->front().item;

  SECTION("after its job was known: by id") {
    core::event accepted;
    accepted.kind = core::event_kind::submit_accepted;
    accepted.job_id = 7;
    actors::compat::anon_send(first, actors::observed{accepted, {}});
    t.settle_down();
    caf::anon_send_exit(first, caf::exit_reason::kill);
    t.settle_down();
    REQUIRE(watches->size() == 1);
    CHECK(watches->front().what.job_id == 7);
    CHECK(watches->front().item != first);
  }
  SECTION("while its sbatch was under way: by name, and never with a second order") {
    caf::anon_send_exit(first, caf::exit_reason::kill);
    t.settle_down();
    REQUIRE(watches->size() == 1);
    CHECK(watches->front().what.job_id == 0);
    CHECK(watches->front().what.job_name == orders->front().spec->job_name);
  }
  CHECK(orders->size() == 1);
  actors::compat::anon_send(supervisor, actors::stop_all{});
  caf::anon_send_exit(backend, caf::exit_reason::user_shutdown);
  orders->clear();
  watches->clear();
  t.settle_down();
}

TEST_CASE("a journal that cannot be written stops new submissions and shows nothing more", "[actors]") {
  theatre t{[](auto& c) { c.max_concurrent = 1; }};
  t.start(tasks_named({"a", "b"}));
  t.slurm->run_all();
  t.pass(15s);
  auto shown = t.story->events.size();
  t.kept->fails = true;
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.pass(60s);
  CHECK(t.story->last);
  CHECK(t.story->trouble.find("No space left on device") != std::string::npos);
  CHECK(t.story->events.size() == shown);
  CHECK(t.slurm->submissions.size() == 1);
}

TEST_CASE("every submission's intent is in the journal before its sbatch starts", "[actors]") {
  theatre t;
  t.kept->fails = true;
  t.start(tasks_named({"a"}));
  t.pass(60s);
  CHECK(t.slurm->submissions.empty());
}

TEST_CASE("an item that waits to be submitted again outlives the supervisor", "[actors][supervision]") {
  theatre t;
  t.slurm->refusals.push_back({io::errc::unavailable, "AssocMaxSubmitJobLimit"});
  t.start(tasks_named({"a"}));
  REQUIRE(t.story->supervisor);
  caf::anon_send_exit(t.story->supervisor, caf::exit_reason::kill);
  t.pass(60s);
  CHECK(t.slurm->submissions.size() == 1);
  play_out(t);
}

// Whose job is an item's, where there may be two: the claim says it, under the real actors and of an item's life alone.
#include "tests/actors/stage.hpp"

#include "actors/event_of.hpp"
#include "io/tasks/job_script.hpp"

#include <catch2/catch.hpp>

using namespace stage;
using core::item_status;
using tasks::claim_holder;

namespace {

std::string token_of(const played_job& job) {
  return std::string(actors::token_of_job_name(job.name));
}

/// An sbatch that never answered, and made no job that anybody knows.
void lose_sbatch(theatre& t) {
  t.slurm->refusals.push_back({io::errc::maybe_submitted, "Socket timed out"});
  t.start(tasks_named({"a"}));
}

std::string first_token(const theatre& t) {
  return actors::make_token(t.answer.run, 0, 1);
}

played_job& add_job(theatre& t, std::uint64_t id, const std::string& token) {
  auto& job = t.slurm->jobs[id];
  job.name = "a." + token;
  job.submit = std::chrono::duration_cast<std::chrono::seconds>(t.now().wall).count();
  return job;
}

}  // namespace

TEST_CASE("before a lost submission is repeated settle takes its claim", "[actors][claim]") {
  theatre t;
  lose_sbatch(t);
  t.pass(100s);
  CHECK(t.claims.count(first_token(t)) == 0);
  t.pass(200s);
  CHECK(t.slurm->submissions.size() == 1);
  CHECK(t.claims[first_token(t)].who == claim_holder::settle);
  CHECK(t.claims.count(token_of(t.slurm->job_of("a"))) == 0);
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(120s);
  CHECK(t.story->verdict_of("a")->status == item_status::completed);
}

TEST_CASE("a lost submission whose job began is not repeated, though nobody knows that job",
          "[actors][claim]") {
  theatre t;
  lose_sbatch(t);
  t.claims[first_token(t)] = {claim_holder::job, 500};
  t.pass(10min);
  CHECK(t.slurm->submissions.empty());
  REQUIRE(t.story->life_of("a").size() >= 1);
  CHECK(t.story->life_of("a").front() == item_status::running);
  auto& job = add_job(t, 500, first_token(t));
  job.listed = false;
  t.slurm->account_for(job, 3);
  t.until_over(120s);
  CHECK(t.story->verdict_of("a")->job_id == 500);
  CHECK(t.story->verdict_of("a")->exit_code == 3);
  CHECK(t.slurm->submissions.empty());
}

TEST_CASE("while nobody can tell who has the claim nothing is repeated", "[actors][claim]") {
  theatre t;
  lose_sbatch(t);
  t.claims[first_token(t)] = {claim_holder::unknown};
  t.pass(2h);
  CHECK(t.slurm->submissions.empty());
  t.claims.clear();
  t.pass(5min);
  CHECK(t.slurm->submissions.size() == 1);
}

TEST_CASE("a claim that its job never completed, and no job: lost, and not run again", "[actors][claim]") {
  theatre t;
  lose_sbatch(t);
  t.claims[first_token(t)] = {claim_holder::unreadable, 0, "it is empty"};
  t.pass(200s);
  CHECK_FALSE(t.story->last);
  t.until_over(10min);
  CHECK(t.slurm->submissions.empty());
  CHECK(t.story->verdict_of("a")->why == core::cause::lost);
  CHECK(t.story->verdict_of("a")->error.find("it is empty") != std::string::npos);
}

TEST_CASE("a job that ran nothing because another had its claim: the item goes on with that one",
          "[actors][claim]") {
  theatre t;
  t.start(tasks_named({"a"}));
  t.slurm->run_all();
  t.pass(15s);
  auto& watched = t.slurm->job_of("a");
  t.claims[token_of(watched)] = {claim_holder::job, 500};
  auto& other = add_job(t, 500, token_of(watched));
  other.means = core::meaning::alive;
  SECTION("a listing shows its end") {
    watched.means = core::meaning::failed;
    watched.why = core::cause::exit_nonzero;
    watched.exact = {tasks::launch_failure_exit, {}};
  }
  SECTION("accounting shows its end") {
    watched.listed = false;
    t.slurm->account_for(watched, tasks::launch_failure_exit);
  }
  t.pass(60s);
  CHECK_FALSE(t.story->last);
  CHECK(t.story->events.back().status == item_status::running);
  CHECK(t.story->events.back().job_id == 500);
  CHECK(t.kept->lines.back().find("\"job_id\":\"500\"") != std::string::npos);
  other.listed = false;
  t.slurm->account_for(other, 0);
  t.until_over(120s);
  CHECK(t.story->verdict_of("a")->status == item_status::completed);
  CHECK(t.story->verdict_of("a")->job_id == 500);
  CHECK(t.slurm->submissions.size() == 1);
}

TEST_CASE(
    "settle takes the claim of a job that nobody ever knew before it says so: it cannot begin after that",
    "[actors][claim]") {
  theatre t;
  t.start(tasks_named({"a"}));
  auto& job = t.slurm->job_of("a");
  const auto token = token_of(job);
  t.slurm->vanish_all();
  SECTION("nobody has it") {
    t.until_over(30min);
    CHECK(t.claims[token].who == claim_holder::settle);
    CHECK(t.story->verdict_of("a")->why == core::cause::never_recorded);
    CHECK(t.story->verdict_of("a")->error.find("claim") == std::string::npos);
  }
  SECTION("it began, and left no other trace") {
    t.claims[token] = {claim_holder::job, t.slurm->jobs.begin()->first};
    t.until_over(30min);
    CHECK(t.story->verdict_of("a")->why == core::cause::never_recorded);
    CHECK(t.story->verdict_of("a")->error.find("its script had begun") != std::string::npos);
  }
  SECTION("nobody can tell for now") {
    t.claims[token] = {claim_holder::unknown};
    t.pass(1h);
    CHECK_FALSE(t.story->last);
    t.claims.clear();
    t.until_over(10min);
    CHECK(t.claims[token].who == claim_holder::settle);
  }
  SECTION("another job has it") {
    t.claims[token] = {claim_holder::job, 500};
    t.pass(10min);
    CHECK(t.story->events.back().job_id == 500);
    auto& other = add_job(t, 500, token);
    other.listed = false;
    t.slurm->account_for(other, 0);
    t.until_over(30min);
    CHECK(t.story->verdict_of("a")->status == item_status::completed);
  }
}

TEST_CASE("a job that has its claim and ends with that code has failed", "[actors][claim]") {
  theatre t;
  t.start(tasks_named({"a"}));
  auto& job = t.slurm->job_of("a");
  t.claims[token_of(job)] = {claim_holder::job, t.slurm->jobs.begin()->first};
  t.slurm->vanish_all();
  t.slurm->account_for(job, tasks::launch_failure_exit);
  t.until_over(120s);
  CHECK(t.story->verdict_of("a")->exit_code == tasks::launch_failure_exit);
  CHECK(t.story->verdict_of("a")->why == core::cause::exit_nonzero);
}

namespace {

/// Keeps what the life asks for.
struct kept_port final : actors::item_port {
  std::vector<bool> claims;  ///< asked for; true: to be taken
  std::vector<std::uint64_t> watched;
  std::vector<core::item> reports;
  bool again = false;
  bool is_done = false;
  void order() override {}
  void watch(actors::watch_order w) override { watched.push_back(w.job_id); }
  void needs(actors::item_needs) override {}
  void clock(actors::clock_kind) override {}
  void cancel(std::uint64_t) override {}
  void ask_mark() override {}
  void ask_witness() override {}
  void ask_claim(bool take) override { claims.push_back(take); }
  void report(const core::item& it, std::vector<core::effect> effects, core::instant) override {
    reports.push_back(it);
    again = again || std::count(effects.begin(), effects.end(), core::effect::submit_again) != 0;
  }
  void done() override { is_done = true; }
};

/// As another process left it: an intent without an answer.
core::item left_unclear() {
  core::item it;
  it.sub = core::submission::unclear;
  it.attempt = it.submissions = 1;
  return it;
}

const auto rules = std::make_shared<const core::policy>();

}  // namespace

TEST_CASE("an item that was left unclear after settle had given its submission up is submitted anew, without "
          "a search",
          "[actors][claim]") {
  kept_port port;
  actors::item_life life(left_unclear(), {true, true}, rules, port);
  life.begin({});
  CHECK(port.claims == std::vector<bool>{false});
  life.claim_answered({claim_holder::settle});
  CHECK(port.again);
  CHECK(port.is_done);
}

TEST_CASE("an item that was left unclear and whose job began goes on with that job", "[actors][claim]") {
  kept_port port;
  actors::item_life life(left_unclear(), {true, true}, rules, port);
  life.begin({});
  life.claim_answered({claim_holder::job, 77});
  CHECK(port.watched == std::vector<std::uint64_t>{0, 77});
  CHECK(life.now().status == item_status::running);
  CHECK_FALSE(port.again);
}

TEST_CASE("what comes while the claim is read waits for it", "[actors][claim]") {
  kept_port port;
  actors::item_life life(left_unclear(), {true, true}, rules, port);
  life.begin({});
  life.begin({});  // the backend died meanwhile
  CHECK(port.claims.size() == 1);
  auto found = actors::event_of(core::event_kind::submit_accepted, {});
  found.job_id = 5;
  life.receive(found, {});
  CHECK(life.now().status == item_status::pending);
  SECTION("the claim names nobody") {
    life.claim_answered({});
    CHECK(life.now().job_id == 5);
  }
  SECTION("another job has begun") {
    life.claim_answered({claim_holder::job, 77});
    CHECK(life.now().job_id == 77);
  }
  CHECK(port.claims.size() == 1);
}

TEST_CASE("where no claims are left nobody asks for one", "[actors][claim]") {
  kept_port port;
  actors::item_life life(left_unclear(), {true, false}, rules, port);
  life.begin({});
  life.receive(actors::event_of(core::event_kind::search_silent, {}), {});
  CHECK(port.claims.empty());
  CHECK(port.again);
}

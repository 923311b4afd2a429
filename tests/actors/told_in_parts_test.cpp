// What a listing of many jobs tells goes to the items in parts, as the supervisor takes what came of those before.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace stage;
using core::item_status;

namespace {

constexpr std::size_t many = 5000;  // more than are told at once

void take_arrays(actors::system_config& c) {
  c.arrays = true;
  dynamic_cast<played_cluster&>(*c.slurm).limits = {many, 64u << 20};
}

auto seen_to_be(const theatre& t, item_status status) {
  return static_cast<std::size_t>(
      std::count_if(t.story->events.begin(), t.story->events.end(), [status](const auto& e) {
        return e.kind == core::stream_kind::item && e.status == status;
      }));
}

void check_all_complete(theatre& t) {
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  t.until_over(300s);
  CHECK(t.story->finished()->tally.of(item_status::completed) == many);
}

}  // namespace

TEST_CASE("a listing of more jobs than are told at once reaches every item, once", "[actors][parts]") {
  theatre t{take_arrays};
  t.start(tasks_numbered(many));
  t.pass(1s);
  REQUIRE(t.slurm->jobs.size() == many);
  t.slurm->run_all();
  t.pass(15s);
  CHECK(seen_to_be(t, item_status::running) == many);
  check_all_complete(t);
  CHECK(seen_to_be(t, item_status::completed) == many);
}

TEST_CASE("a supervisor that dies before it took the first part keeps nobody from hearing the rest",
          "[actors][parts]") {
  theatre t{take_arrays};
  t.start(tasks_numbered(many));
  t.pass(1s);
  t.slurm->run_all();
  REQUIRE(t.story->supervisor);
  auto* deaf = dynamic_cast<caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(t.story->supervisor));
  for (int s = 0; s < 20; ++s) {
    t.sched.advance_time(1s);
    t.sched.run_jobs_filtered([deaf](caf::resumable* job) { return job != deaf; });
  }
  actors::compat::anon_send_urgent(t.story->supervisor,
                                   caf::exit_msg{t.story->supervisor->address(), caf::exit_reason::kill});
  t.settle_down();
  t.pass(15s);
  CHECK(seen_to_be(t, item_status::running) == many);
  check_all_complete(t);
}

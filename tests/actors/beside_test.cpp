// A run of ten items beside one of many thousands: how many cycles, and how much of the large run's, come before what is
// told of the ten. Counted in listings and events, never in time.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace stage;
using core::item_status;

namespace {

constexpr std::size_t many = 20'000;
constexpr std::size_t few = 10;
/// Cycles that a large run may cost a small one.
constexpr std::uint64_t allowed = 2;

void take_arrays(actors::system_config& c) {
  c.arrays = true;
  auto& slurm = dynamic_cast<played_cluster&>(*c.slurm);
  slurm.limits = {1000, 1 << 20};
  slurm.ids_of_a_call = 500;
}

std::size_t told(const seen& story, item_status status) {
  return static_cast<std::size_t>(
      std::count_if(story.events.begin(), story.events.end(), [status](const core::stream_event& e) {
        return e.kind == core::stream_kind::item && e.status == status;
      }));
}

/// Jobs by what a run has been told of them.
class small_run {
public:
  explicit small_run(theatre& t) : t_(t) {
    std::set<std::uint64_t> before;
    for (const auto& [id, job] : t.slurm->jobs)
      before.insert(id);
    t.start(tasks_numbered(few, "small"), 0, story);
    t.pass(1s);
    for (const auto& [id, job] : t.slurm->jobs)
      if (before.count(id) == 0)
        ids_.push_back(id);
    REQUIRE(ids_.size() == few);
  }
  void begin() const {
    for (auto id : ids_)
      t_.slurm->jobs.at(id).means = core::meaning::alive;
  }
  void vanish() const {
    for (auto id : ids_)
      t_.slurm->jobs.at(id).listed = false;
  }
  void account() const {
    for (auto id : ids_)
      t_.slurm->account_for(t_.slurm->jobs.at(id), 0);
  }
  /// Listings until all of it is told to be so.
  std::uint64_t cycles_until(item_status status) const {
    const auto before = t_.slurm->lists;
    for (int i = 0; told(*story, status) < few; ++i) {
      REQUIRE(i < 3600);
      t_.pass(1s);
    }
    return t_.slurm->lists - before;
  }

  std::shared_ptr<seen> story = std::make_shared<seen>();

private:
  theatre& t_;
  std::vector<std::uint64_t> ids_;
};

struct cycles {
  std::uint64_t to_run = 0;
  std::uint64_t to_end = 0;
};

cycles life_of(const small_run& ten) {
  cycles out;
  ten.begin();
  out.to_run = ten.cycles_until(item_status::running);
  ten.vanish();
  ten.account();
  out.to_end = ten.cycles_until(item_status::completed);
  return out;
}

cycles life_alone() {
  theatre t{take_arrays};
  return life_of(small_run{t});
}

void start_large(theatre& t) {
  t.start(tasks_numbered(many));
  t.pass(1s);
  REQUIRE(t.slurm->jobs.size() == many);
}

void check(const cycles& beside) {
  const auto alone = life_alone();
  CHECK(alone.to_run <= 2);
  CHECK(alone.to_end <= 3);
  CHECK(beside.to_run <= alone.to_run + allowed);
  CHECK(beside.to_end <= alone.to_end + allowed);
}

}  // namespace

TEST_CASE("a large run that lives costs a small one no more than two cycles", "[actors][beside]") {
  theatre t{take_arrays};
  start_large(t);
  t.slurm->run_all();
  t.pass(60s);
  check(life_of(small_run{t}));
}

TEST_CASE("a large run that settles, asked about task by task, costs a small one no more than two cycles",
          "[actors][beside]") {
  theatre t{take_arrays};
  start_large(t);
  t.slurm->run_all();
  t.pass(60s);
  // Fewer than half of each array: more ids than four calls take.
  for (std::size_t n = 0; auto& [id, job] : t.slurm->jobs)
    job.listed = n++ % 5 < 3;
  t.pass(60s);
  REQUIRE(told(*t.story, item_status::settling) > 4 * t.slurm->ids_of_a_call);
  check(life_of(small_run{t}));
}

TEST_CASE("a large run that ends in the same moment costs a small one no more than two cycles",
          "[actors][beside]") {
  theatre t{take_arrays};
  start_large(t);
  t.slurm->run_all();
  t.pass(60s);
  small_run ten{t};
  t.slurm->run_all();
  t.pass(60s);
  t.slurm->vanish_all();
  t.slurm->account_for_all(0);
  CHECK(ten.cycles_until(item_status::completed) <= life_alone().to_end + allowed);
}

TEST_CASE("what is told of a small run does not wait until all of a large one is told", "[actors][beside]") {
  theatre t{take_arrays};
  start_large(t);
  small_run ten{t};
  // By the journal: subscribers of a large run may be far behind it.
  const auto lines_before = [&](item_status status) {
    const auto from = t.kept->lines.size();
    for (int i = 0; told(*ten.story, status) < few; ++i) {
      REQUIRE(i < 100);
      t.sched.advance_time(1s);
      while (told(*ten.story, status) < few && t.sched.try_run_once())
        continue;
    }
    return t.kept->lines.size() - from;
  };
  constexpr std::size_t a_part = 4096;  // so much is told before the supervisor has taken what came of it
  t.slurm->run_all();
  CHECK(lines_before(item_status::running) <= 2 * a_part);
  t.pass(60s);
  REQUIRE(told(*t.story, item_status::running) == many);
  t.slurm->vanish_all();
  CHECK(lines_before(item_status::settling) <= 2 * a_part);
  t.pass(60s);
  t.slurm->account_for_all(0);
  CHECK(lines_before(item_status::completed) <= 2 * a_part);
}

TEST_CASE("a small run is submitted next, not behind the arrays of a large one", "[actors][beside]") {
  theatre t{take_arrays};
  t.slurm->hold_submissions = true;
  t.start(tasks_numbered(many));
  t.pass(1s);
  const auto under_way = t.slurm->arrays_submitted.size();
  REQUIRE(under_way < many / 1000);  // more of its arrays wait
  auto small = std::make_shared<seen>();
  t.start(tasks_numbered(few, "small"), 0, small);
  t.pass(1s);
  REQUIRE(t.slurm->held_submissions.size() == under_way);
  t.slurm->held_submissions.front()();
  t.settle_down();
  REQUIRE(t.slurm->arrays_submitted.size() == under_way + 1);
  CHECK(t.slurm->arrays_submitted.back().array.size() == few);
}

TEST_CASE("a large run's first arrays are out before all of it is planned", "[actors][beside]") {
  theatre t{take_arrays};
  t.kept->hold = true;
  t.start(tasks_numbered(2 * many));
  t.pass(1s);
  CHECK(t.kept->lines.size() < many);
  for (int i = 0; t.slurm->jobs.empty(); ++i) {
    REQUIRE(i < 4);
    t.kept->let_go();
    t.settle_down();
  }
  CHECK(t.kept->lines.size() < 2 * many);
  t.kept->hold = false;
  t.kept->let_go();
  t.pass(2s);
  CHECK(t.slurm->jobs.size() == 2 * many);
}

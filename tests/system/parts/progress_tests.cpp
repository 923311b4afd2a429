#include "runtime/cli/losses.hpp"
#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/screen_text.hpp"

#include <catch2/catch.hpp>

using namespace settle;
using namespace settle::cli;
using core::item_status;
using std::chrono::milliseconds;

namespace {

core::counts tally_of(std::uint64_t pending, std::uint64_t running, std::uint64_t completed,
                      std::uint64_t failed) {
  core::counts t;
  t.by_status[static_cast<std::size_t>(item_status::pending)] = pending;
  t.by_status[static_cast<std::size_t>(item_status::running)] = running;
  t.by_status[static_cast<std::size_t>(item_status::completed)] = completed;
  t.by_status[static_cast<std::size_t>(item_status::failed)] = failed;
  return t;
}

core::stream_event ended(const std::string& id, item_status status, core::evidence who, core::cause why) {
  core::stream_event e;
  e.item = id;
  e.status = status;
  e.who = who;
  e.why = why;
  return e;
}

}  // namespace

TEST_CASE("the progress line tells counts, rate and time left", "[program][progress]") {
  pace speed;
  for (int s = 0; s <= 10; ++s)
    speed.saw(milliseconds(s * 1000), static_cast<std::uint64_t>(s) * 2);
  CHECK(progress_line(tally_of(60, 20, 18, 2), speed, 200) ==
        "20/100 done  2 failed  20 running  60 pending  2.0/s  40s left");
}

TEST_CASE("the progress line fits every width and keeps what tells most", "[program][progress]") {
  pace speed;
  for (int s = 0; s <= 10; ++s)
    speed.saw(milliseconds(s * 1000), static_cast<std::uint64_t>(s) * 2);
  for (std::size_t width = 0; width < 100; ++width)
    CHECK(columns_of(progress_line(tally_of(60, 20, 18, 2), speed, width)) <= width);
  CHECK(progress_line(tally_of(60, 20, 18, 2), speed, 24) == "20/100 done  2 failed");
}

TEST_CASE("no rate is told before there is one", "[program][progress]") {
  pace speed;
  CHECK_FALSE(speed.per_second());
  speed.saw(milliseconds(0), 0);
  speed.saw(milliseconds(4000), 100);
  CHECK_FALSE(speed.per_second());
  speed.saw(milliseconds(5000), 100);
  CHECK(speed.per_second() == Approx(20));
}

TEST_CASE("a run that stands still has no time left to tell", "[program][progress]") {
  pace speed;
  for (int s = 0; s <= 200; ++s)
    speed.saw(milliseconds(s * 1000), 10);
  CHECK_FALSE(speed.per_second());
  CHECK_FALSE(speed.left(5));
}

TEST_CASE("the rate is that of the last minute, however often it is asked", "[program][progress]") {
  pace speed;
  for (int t = 0; t <= 300'000; t += 50)
    speed.saw(milliseconds(t), t < 200'000 ? 0 : static_cast<std::uint64_t>(t - 200'000) / 100);
  CHECK(*speed.per_second() == Approx(10).epsilon(0.02));
}

TEST_CASE("a verdict's line names cause, exit and words", "[program][outcome]") {
  auto e = ended("b\n7", item_status::failed, core::evidence::accounting, core::cause::exit_nonzero);
  e.exit_code = 3;
  CHECK(verdict_line(e) == "failed: b\\n7 (exit_nonzero, exit 3)");
  e.exit_code.reset();
  e.signal = 9;
  e.why = core::cause::signal;
  e.error = "ended\nby force";
  CHECK(verdict_line(e) == "failed: b\\n7 (signal, signal 9 (KILL)): ended\\nby force");
  e = ended("x", item_status::completed, core::evidence::none, core::cause::none);
  e.error = "nobody knows";
  CHECK(verdict_line(e) == "unconfirmed: x: nobody knows");
}

TEST_CASE("the verdict is one sentence for each outcome", "[program][outcome]") {
  run_summary run;
  run.run = "r1";
  run.status = core::run_status::completed;
  run.tally = tally_of(0, 0, 3, 0);
  CHECK(verdict_sentence(run) == "run r1 completed: all 3 items completed, each confirmed");
  run.tally.unconfirmed = 1;
  CHECK(verdict_sentence(run) ==
        "run r1 completed, but 1 of 3 items unconfirmed: nobody ever said how they ended");
  run.status = core::run_status::failed;
  run.tally = tally_of(0, 0, 2, 1);
  CHECK(verdict_sentence(run) == "run r1 failed: 1 of 3 items failed");
  run.trouble = "the disk is full";
  CHECK(verdict_sentence(run) ==
        "run r1 has no verdict: the disk is full. What was submitted goes on; when that is "
        "mended: settle run --resume r1");
}

TEST_CASE("the table's losses are bounded and lead with what failed by itself", "[program][losses]") {
  losses lost;
  for (int i = 0; i < 1000; ++i) {
    lost.saw(ended("d" + std::to_string(i), item_status::dep_failed, core::evidence::not_applicable,
                   core::cause::dependency_failed));
    lost.saw(ended("c" + std::to_string(i), item_status::completed, core::evidence::accounting,
                   core::cause::none));
  }
  lost.saw(ended("root", item_status::failed, core::evidence::accounting, core::cause::timeout));
  CHECK(lost.count() == 1001);
  CHECK(lost.rows().size() == losses::rows_max);
  CHECK(lost.rows().front().item == "root");
}

TEST_CASE("a correction takes an item out of the losses or keeps it once", "[program][losses]") {
  losses lost;
  lost.saw(ended("a", item_status::completed, core::evidence::none, core::cause::none));
  lost.saw(ended("b", item_status::completed, core::evidence::none, core::cause::none));
  CHECK(lost.count() == 2);
  auto good = ended("a", item_status::completed, core::evidence::accounting, core::cause::none);
  good.kind = core::stream_kind::verdict_corrected;
  lost.saw(good);
  auto bad = ended("b", item_status::failed, core::evidence::accounting, core::cause::signal);
  bad.kind = core::stream_kind::verdict_corrected;
  lost.saw(bad);
  CHECK(lost.count() == 1);
  REQUIRE(lost.rows().size() == 1);
  CHECK(lost.rows().front().status == item_status::failed);
}

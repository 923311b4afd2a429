// The local backend on a machine that the test plays: processes of an earlier backend, or of another settle, are found
// again; what never began is begun anew; what cannot be known is said.
#include "tests/actors/local_stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace stage;

TEST_CASE("a local backend that dies finds its processes again", "[actors][local]") {
  local_stage s;
  const auto id = s.t.start(tasks_named({"a", "b"}), 1);
  const auto first = actors::make_token(id, 0, 1);
  REQUIRE(s.here->processes.size() == 1);
  s.here->start_throws = true;
  s.here->end(first, 0);  // b is ordered: the backend dies of it
  s.t.settle_down();
  CHECK(s.t.story->told("the backend's actor died"));
  s.t.pass(5s);
  REQUIRE(s.t.story->verdict_of("a") != nullptr);
  CHECK(s.t.story->verdict_of("a")->status == item_status::completed);
  const auto second = actors::make_token(id, 1, 2);  // the first order of b had made nothing
  CHECK(s.here->unrun == std::vector{actors::make_token(id, 1, 1)});
  REQUIRE(s.here->processes.count(second) == 1);
  s.here->end(second, {}, 9);
  s.t.until_over(1min);
  CHECK(s.t.story->verdict_of("b")->signal == 9);
  CHECK(s.here->processes.at(second).starts == 1);
}

TEST_CASE("what runs is watched, what ended is told, what never began begins", "[actors][local]") {
  local_stage s;
  s.leave();
  s.here->processes[s.token(0, 1)].pid = 4711;
  SECTION("a runs still, b never began") {
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.here->searched ==
          std::vector<std::pair<std::string, bool>>{{s.token(0, 1), true}, {s.token(1, 1), false}});
    CHECK(s.here->processes.count(s.token(1, 1)) == 0);
    CHECK(s.here->processes.at(s.token(1, 2)).starts == 1);
    CHECK(s.here->processes.count(s.token(2, 1)) == 0);  // both slots are taken
    s.here->end(s.token(0, 1), 137);
    s.here->end(s.token(1, 2), 0);
    s.t.pass(2s);
    s.here->end(s.token(2, 1), 0);
    s.t.pass(2s);
    const auto now = s.ask();
    CHECK(now.status == core::run_status::failed);
    CHECK(now.tally.of(item_status::completed) == 2);
    CHECK(s.journaled("\"exit_code\":137"));
    CHECK(s.here->processes.at(s.token(0, 1)).starts == 0);
  }
  SECTION("b runs too, and both are cancelled") {
    s.here->processes[s.token(1, 1)].pid = 4712;
    REQUIRE(s.resume().run == s.run);
    actors::compat::anon_send(s.t.root, actors::cancel_run{s.run});
    s.t.pass(2s);
    std::sort(s.here->cancelled.begin(), s.here->cancelled.end());
    CHECK(s.here->cancelled == std::vector<std::uint64_t>{4711, 4712});
    for (const int i : {0, 1})
      s.here->end(s.token(i, 1), {}, 15);
    s.t.pass(2s);
    CHECK(s.ask().status == core::run_status::cancelled);
  }
  SECTION("b has ended meanwhile") {
    actors::process_end how;
    how.exit = 0;
    auto& b = s.here->processes[s.token(1, 1)];
    b.pid = 4712;
    b.end = how;
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.ask().tally.of(item_status::completed) == 1);
    CHECK(s.here->processes.at(s.token(2, 1)).starts == 1);
    CHECK(s.journaled("\"job_id\":\"4712\""));
  }
  SECTION("nothing is known of a: it is lost, and nobody's evidence") {
    s.here->processes.clear();
    REQUIRE(s.resume().run == s.run);
    s.t.pass(2s);
    CHECK(s.journaled("\"cause\":\"lost\",\"error\":\"its keeper is gone\""));
    CHECK_FALSE(s.journaled("\"evidence\":\"process\""));
  }
  SECTION("they are another machine's: refused, and nothing is touched") {
    s.here->why_not = "it was started on elsewhere";
    const auto answer = s.resume();
    CHECK(answer.run.empty());
    CHECK(answer.trouble == "run " + s.run +
                                " cannot be resumed: its task \"a\" cannot be followed: it was started on "
                                "elsewhere. Nothing was submitted; resume the run where it was started");
    CHECK(s.here->searched.empty());
    CHECK(s.kept->lines.empty());
  }
}

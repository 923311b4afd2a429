// Runs that another settle left are taken on a thread of their own: the supervisor goes on with its others.
#include "tests/actors/local_stage.hpp"

using namespace stage;

TEST_CASE("while a run is being taken over, however long that takes, the others go on", "[actors][local]") {
  local_stage s;
  s.leave();
  s.here->processes[s.token(0, 1)].pid = 4711;
  const auto other = s.t.start(tasks_named({"x"}));
  const auto answers = s.resume(2, [&] {
    CHECK(s.reopened == 1);
    CHECK_FALSE(s.ask().known);
    s.here->end(actors::make_token(other, 0, 1), 0);
    s.t.until_over(1min);
    CHECK(s.t.story->verdict_of("x")->status == item_status::completed);
  });
  REQUIRE(answers.size() == 2);  // whoever asks again meanwhile hears the same
  CHECK(answers[0].run == s.run);
  CHECK(answers[1].run == s.run);
  CHECK(answers[1].next_seq == answers[0].next_seq);
  CHECK(s.reopened == 1);
  CHECK(s.ask().known);
}

TEST_CASE("what is being taken over when settle leaves is left alone", "[actors][local]") {
  local_stage s;
  s.leave();
  const auto answers = s.resume(1, [&] {
    caf::scoped_actor self{s.t.sys};
    auto pending = actors::compat::request(&*self, s.t.root, caf::infinite, actors::detach_all{});
    s.t.settle_down();
    pending.receive([](const actors::all_detached&) {}, [](const caf::error&) { FAIL("not detached"); });
  });
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].run.empty());
  CHECK(answers[0].trouble == "settle is detaching: nothing new is taken");
  CHECK(s.kept->lines.empty());
  CHECK(s.here->searched.empty());
}

TEST_CASE("a taking over that dies is told", "[actors][local]") {
  local_stage s;
  s.leave();
  s.reopening_throws = true;
  const auto answer = s.resume();
  CHECK(answer.run.empty());
  CHECK(answer.trouble.find("what takes run " + s.run + " over died: ") == 0);
}

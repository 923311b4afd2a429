// Before a run begins the cluster is asked what speaks against it: nothing is opened or submitted where it is not fit.
#include "tests/actors/stage.hpp"

#include <catch2/catch.hpp>

using namespace stage;

namespace {

/// Asks as a host does, and lets every message arrive; the answer may take longer.
template <class Request>
auto ask(theatre& t, caf::scoped_actor& self, Request m) {
  auto pending = actors::compat::request(&*self, t.root, caf::infinite, std::move(m));
  t.settle_down();
  return pending;
}

template <class Pending>
actors::run_answer answer_of(Pending& pending) {
  actors::run_answer out;
  pending.receive([&](actors::run_answer& a) { out = std::move(a); },
                  [](const caf::error&) { FAIL("nobody answered"); });
  return out;
}

actors::submit_run order_of(const std::string& document) {
  actors::submit_run m;
  m.document = document;
  m.start_dir = "/work";
  return m;
}

}  // namespace

TEST_CASE("a cluster that is not fit is told, and no run is begun or gone on with", "[actors][admission]") {
  int opened = 0;
  theatre t([&](actors::system_config& c) {
    c.open_store = [&](const actors::run_facts&) -> io::result<std::unique_ptr<actors::run_store>> {
      ++opened;
      return io::fail(io::errc::storage, "opened");
    };
    c.reopen_store = [&](const actors::run_facts&, bool) -> io::result<std::unique_ptr<actors::run_store>> {
      ++opened;
      return io::fail(io::errc::storage, "opened");
    };
  });
  t.slurm->refuses = "it is in a federation";
  caf::scoped_actor self{t.sys};
  auto submitted = ask(t, self, order_of(tasks_named({"a"})));
  CHECK(answer_of(submitted).trouble == "it is in a federation");
  auto resumed = ask(t, self, actors::resume_run{"some-run", false});
  CHECK(answer_of(resumed).trouble == "it is in a federation");
  CHECK(opened == 0);
  CHECK(t.slurm->submissions.empty());
  t.slurm->refuses.clear();  // it is asked again for the next one
  auto later = ask(t, self, order_of(tasks_named({"a"})));
  CHECK(answer_of(later).trouble == "opened");
}

TEST_CASE("until the cluster has said that it is fit nothing is submitted; then every run begins",
          "[actors][admission]") {
  theatre t;
  t.slurm->hold_judgement = true;
  caf::scoped_actor self{t.sys};
  auto first = ask(t, self, order_of(tasks_named({"a"})));
  auto second = ask(t, self, order_of(tasks_named({"b"})));
  t.pass(30s);
  CHECK(t.slurm->submissions.empty());
  REQUIRE(t.slurm->held_judgements.size() == 1);  // one question for both
  t.slurm->held_judgements.front()();
  t.settle_down();
  CHECK_FALSE(answer_of(first).run.empty());
  CHECK_FALSE(answer_of(second).run.empty());
  CHECK(t.slurm->submissions.size() == 2);
}

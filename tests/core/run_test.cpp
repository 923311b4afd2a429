#include "actors/core/run.hpp"

#include "tests/core/item_driver.hpp"

using namespace settle::test;
using indexes = std::vector<item_index>;

namespace {

struct task {
  std::string id;
  std::vector<std::string> deps;
  bool generator = false;
};

/// A run with the events of its items applied as the actors would.
struct harness {
  run r;
  instant now{.monotonic = seconds{1000}, .wall = seconds{1'700'000'000}};

  explicit harness(const std::vector<task>& tasks, std::size_t cap = 0, bool releases = true)
      : r{cap, releases} {
    REQUIRE(add(tasks).empty());
  }

  std::vector<graph_problem> add(const std::vector<task>& tasks, run_change* change = nullptr) {
    std::vector<task_ref> refs;
    std::deque<bool> flags;
    for (const task& t : tasks)
      refs.push_back({t.id, t.deps});
    const auto generators = std::make_unique<bool[]>(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i)
      generators[i] = tasks[i].generator;
    return r.add(refs, {generators.get(), tasks.size()}, change);
  }

  run_change on(item_index i, event e) {
    now.monotonic += seconds{1};
    now.wall += seconds{1};
    e.at = now;
    if (e.begun == duration{})
      e.begun = now.monotonic;
    if (e.read == duration{})
      e.read = now.monotonic;
    item it = r.at(i);
    advance(it, e, {});
    run_change change = r.update(i, it);
    r.check();
    return change;
  }
  run_change on(item_index i, event_kind k) { return on(i, event{.kind = k}); }

  item_index start() {
    const auto i = r.take_ready();
    REQUIRE(i.has_value());
    on(*i, kind::submit_asked);
    on(*i, {.kind = kind::submit_accepted, .job_id = *i + 1});
    on(*i, kind::listed_alive);
    return *i;
  }
  run_change succeed(item_index i) {
    on(i, kind::absent);
    return on(i, {.kind = kind::accounting_answered, .judged = judged_success()});
  }
  run_change fail(item_index i, cause why = cause::exit_nonzero) {
    event e{.kind = kind::listed_failed};
    e.job.write().why = why;
    return on(i, e);
  }
  run_change vanish(item_index i) {
    on(i, kind::absent);
    on(i, kind::accounting_failed);
    return on(i, kind::no_record_due);
  }
};

}  // namespace

TEST_CASE("a run without items is completed", "[core][run]") {
  run r;
  CHECK(r.status() == run_status::completed);
  CHECK_FALSE(r.take_ready().has_value());
  r.check();
}

TEST_CASE("a run is pending until something was submitted, then running until all ended", "[core][run]") {
  harness h({{"a", {}}, {"b", {"a"}}});
  CHECK(h.r.status() == run_status::pending);
  const item_index a = h.start();
  CHECK(h.r.status() == run_status::running);
  CHECK_FALSE(h.succeed(a).finished);
  CHECK(h.r.status() == run_status::running);
  CHECK(h.succeed(h.start()).finished);
  CHECK(h.r.status() == run_status::completed);
  CHECK(h.r.confirmed());
}

TEST_CASE("settling items keep the run running and hold their slots", "[core][run]") {
  harness h({{"a", {}}, {"b", {}}}, 1);
  const item_index a = h.start();
  h.on(a, kind::absent);
  CHECK(h.r.tally().live() == 1);
  CHECK(h.r.tally().terminal() == 0);
  CHECK_FALSE(h.r.take_ready().has_value());
  h.on(a, {.kind = kind::accounting_answered, .judged = judged_success()});
  CHECK(h.r.take_ready().has_value());
}

TEST_CASE("the cap counts what was taken and what is live, exactly", "[core][run]") {
  harness h({{"a", {}}, {"b", {}}, {"c", {}}}, 2);
  const auto a = h.r.take_ready();
  const auto b = h.r.take_ready();
  REQUIRE((a && b));
  CHECK_FALSE(h.r.take_ready().has_value());
  CHECK(h.r.has_ready());
  CHECK(h.r.slots_used() == 2);
  h.on(*a, kind::submit_asked);
  h.on(*a, {.kind = kind::submit_accepted, .job_id = 5});
  CHECK(h.r.slots_used() == 2);
  h.r.give_back(*b);
  CHECK(h.r.slots_used() == 1);
  CHECK(h.r.take_ready() == b);  // to the front
  h.fail(*a);
  CHECK(h.r.slots_used() == 1);
  CHECK(h.r.take_ready() == 2U);
}

TEST_CASE("a failure dooms its dependents, transitively, naming the dependency", "[core][run]") {
  harness h({{"a", {}}, {"b", {"a"}}, {"c", {"b"}, true}, {"d", {}}});
  const run_change change = h.fail(h.start());
  CHECK(change.doomed == indexes{1, 2});
  CHECK_FALSE(change.finished);
  for (item_index i : {1U, 2U}) {
    CHECK(h.r.at(i).status == item_status::dep_failed);
    CHECK(h.r.at(i).reached->why == cause::dependency_failed);
    CHECK(h.r.at(i).reached->error == "dependency \"a\" failed");
  }
  CHECK(h.r.at(2).generator);
  CHECK(h.succeed(h.start()).finished);
  CHECK(h.r.status() == run_status::failed);
}

TEST_CASE("a doomed item that stood in the ready queue is not taken", "[core][run]") {
  harness h({{"a", {}}, {"b", {"a"}}, {"c", {}}});
  const item_index a = h.start();
  h.vanish(a);
  REQUIRE(h.r.at(a).status == item_status::completed);
  const run_change change = h.on(a, {.kind = kind::accounting_answered, .judged = judged_failure()});
  CHECK(change.doomed == indexes{1});
  CHECK(h.r.take_ready() == 2U);
  CHECK_FALSE(h.r.take_ready().has_value());
}

TEST_CASE("a correction lets submitted dependents run and dooms the others", "[core][run]") {
  harness h({{"a", {}}, {"b", {"a"}}, {"c", {"a"}}, {"d", {"b"}}, {"e", {"a"}}});
  const item_index a = h.start();
  h.vanish(a);
  CHECK(h.r.tally().unconfirmed == 1);
  const item_index b = h.start();
  const auto c = h.r.take_ready();
  REQUIRE(c == 2U);
  h.on(*c, kind::submit_asked);
  const run_change change = h.on(a, {.kind = kind::accounting_answered, .judged = judged_failure()});
  CHECK(change.doomed == indexes{4});
  CHECK(h.r.tally().unconfirmed == 0);
  CHECK(h.r.at(b).status == item_status::running);
  CHECK(h.r.at(*c).status == item_status::pending);

  SECTION("what was under way and comes back is doomed then") {
    h.on(*c, kind::submit_deferred);
    const run_change back = h.r.give_back(*c);
    CHECK(back.doomed == indexes{2});
    CHECK(h.r.at(*c).status == item_status::dep_failed);
    CHECK(h.r.at(*c).submissions == 1);
  }
  SECTION("what was under way and is accepted runs") {
    h.on(*c, {.kind = kind::submit_accepted, .job_id = 9});
    CHECK(h.r.at(*c).status == item_status::submitted);
  }
  h.succeed(b);
  CHECK(h.start() == 3);
  h.r.check();
}

TEST_CASE("dependents of an unconfirmed completion wait where the policy says so", "[core][run]") {
  harness h({{"a", {}}, {"b", {"a"}}}, 0, false);
  const item_index a = h.start();
  h.vanish(a);
  CHECK_FALSE(h.r.has_ready());
  SECTION("until it is confirmed") {
    h.on(a, {.kind = kind::accounting_answered, .judged = judged_success()});
    CHECK(h.r.take_ready() == 1U);
  }
  SECTION("or corrected") {
    CHECK(h.on(a, {.kind = kind::accounting_answered, .judged = judged_failure()}).doomed == indexes{1});
    CHECK(h.r.status() == run_status::failed);
  }
}

TEST_CASE("a finished run that gets a correction is finished anew", "[core][run]") {
  harness h(std::vector<task>{{"a", {}}});
  const item_index a = h.start();
  CHECK(h.vanish(a).finished);
  CHECK(h.r.status() == run_status::completed);
  CHECK_FALSE(h.r.confirmed());
  const bool good = GENERATE(true, false);
  CHECK(h.on(a, {.kind = kind::accounting_answered, .judged = good ? judged_success() : judged_failure()})
            .finished);
  CHECK(h.r.status() == (good ? run_status::completed : run_status::failed));
  CHECK(h.r.confirmed());
}

TEST_CASE("cancelled is a run whose every failure our cancel caused", "[core][run]") {
  harness h({{"a", {}}, {"b", {}}, {"c", {"b"}}, {"d", {}}});
  const item_index a = h.start();
  const item_index b = h.start();
  h.succeed(h.start());
  h.r.cancel_was_asked();
  CHECK_FALSE(h.r.has_ready());
  h.on(b, kind::cancel_asked);
  CHECK(h.fail(b, cause::cancelled).doomed == indexes{2});
  h.on(a, kind::cancel_asked);
  SECTION("each of them") {
    CHECK(h.fail(a, cause::cancelled).finished);
    CHECK(h.r.status() == run_status::cancelled);
  }
  SECTION("one failed by its own cause") {
    h.fail(a, cause::exit_nonzero);
    CHECK(h.r.status() == run_status::failed);
  }
}

TEST_CASE("a cancel that was not ours makes the run failed", "[core][run]") {
  harness h(std::vector<task>{{"a", {}}});
  CHECK(h.fail(h.start(), cause::cancelled).finished);
  CHECK(h.r.status() == run_status::failed);
}

TEST_CASE("a cancelled run of pending items shares one record", "[core][run]") {
  std::vector<task> tasks;
  for (int i = 0; i < 1000; ++i)
    tasks.push_back({"t" + std::to_string(i), {}});
  harness h(tasks);
  h.r.cancel_was_asked();
  for (item_index i = 0; i < h.r.size(); ++i) {
    item it = h.r.at(i);
    advance(it, {.kind = kind::cancel_asked, .at = h.now}, {});
    h.r.update(i, it);
  }
  CHECK(h.r.status() == run_status::cancelled);
  CHECK(h.r.records() < 10);
  h.r.check();
}

TEST_CASE("a generator's tasks join while the run runs", "[core][run]") {
  harness h(std::vector<task>{{"gen", {}, true}});
  const item_index gen = h.start();
  h.succeed(gen);
  CHECK(h.r.at(gen).document_wanted);
  CHECK(h.r.status() == run_status::running);
  REQUIRE(h.add({{"x", {"gen"}}, {"y", {}}}).empty());
  CHECK(h.r.take_ready() == 2U);
  CHECK_FALSE(h.r.take_ready().has_value());
  h.on(gen, kind::document_accepted);
  CHECK(h.r.take_ready() == 1U);
}

TEST_CASE("a document with problems leaves the run as it was", "[core][run]") {
  harness h(std::vector<task>{{"a", {}}});
  const auto problems = h.add({{"b", {"nobody"}}, {"c", {}}});
  CHECK(problems.size() == 1);
  CHECK(h.r.size() == 1);
  CHECK(h.r.tally().total() == 1);
  h.r.check();
}

TEST_CASE("tasks that join behind a failure are dep_failed at once, with what waits for them",
          "[core][run]") {
  harness h({{"a", {}}, {"b", {}}});
  h.fail(h.start());
  run_change change;
  REQUIRE(h.add({{"x", {"a"}}, {"y", {"x"}}, {"z", {}}}, &change).empty());
  CHECK(change.doomed == indexes{2, 3});
  CHECK(h.r.at(3).reached->error == "dependency \"a\" failed");
  CHECK(h.r.at(4).status == item_status::pending);
  h.r.check();
}

TEST_CASE("an item found live or under way after a restart takes its slot", "[core][run]") {
  harness h({{"a", {}}, {"b", {}}, {"c", {}}}, 2);
  h.on(0, kind::submit_asked);
  h.on(0, {.kind = kind::submit_accepted, .job_id = 3});
  h.on(1, kind::submit_asked);
  CHECK(h.r.slots_used() == 2);
  CHECK_FALSE(h.r.take_ready().has_value());
  h.on(1, kind::submit_deferred);
  h.r.give_back(1);
  CHECK(h.r.take_ready() == 1U);
}

TEST_CASE("pending items have no record of their own", "[core][run]") {
  harness h({{"a", {}}, {"b", {}}, {"g", {}, true}});
  const std::size_t shared = h.r.records();
  h.start();
  CHECK(h.r.records() == shared + 1);
  CHECK(h.r.at(2).generator);
  CHECK_FALSE(h.r.at(1).generator);
}

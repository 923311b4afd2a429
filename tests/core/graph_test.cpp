#include "actors/core/graph.hpp"

#include "actors/core/cycles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace settle::core;
using problem = graph_problem::kind;
using indexes = std::vector<item_index>;

namespace {

struct task {
  std::string id;
  std::vector<std::string> deps;
};

std::vector<graph_problem> add(graph& g, const std::vector<task>& tasks,
                               std::vector<stillborn>* dead = nullptr) {
  std::vector<task_ref> refs;
  for (const task& t : tasks)
    refs.push_back({t.id, t.deps});
  return g.add(refs, dead);
}

graph made_of(const std::vector<task>& tasks) {
  graph g;
  REQUIRE(add(g, tasks).empty());
  return g;
}

indexes complete(graph& g, item_index i) {
  indexes ready;
  g.completed(i, ready);
  std::sort(ready.begin(), ready.end());
  return ready;
}

indexes fail(graph& g, item_index i) {
  indexes doomed;
  g.failed(i, doomed);
  std::sort(doomed.begin(), doomed.end());
  return doomed;
}

std::vector<problem> kinds(const std::vector<graph_problem>& problems) {
  std::vector<problem> found;
  for (const auto& p : problems)
    found.push_back(p.what);
  return found;
}

}  // namespace

TEST_CASE("a chain becomes ready link by link", "[core][graph]") {
  graph g = made_of({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}});
  CHECK(g.unmet(0) == 0);
  CHECK(g.unmet(1) == 1);
  CHECK(complete(g, 0) == indexes{1});
  CHECK(complete(g, 1) == indexes{2});
  CHECK(complete(g, 2).empty());
}

TEST_CASE("an item is ready when the last of its dependencies completed", "[core][graph]") {
  graph g = made_of({{"a", {}}, {"b", {}}, {"c", {"b", "a", "b"}}});
  CHECK(g.unmet(2) == 2);  // a dependency named twice is one
  CHECK(complete(g, 1).empty());
  CHECK(complete(g, 0) == indexes{2});
}

TEST_CASE("tasks may name what stands behind them in the document", "[core][graph]") {
  graph g = made_of({{"late", {"early"}}, {"early", {}}});
  CHECK(complete(g, 1) == indexes{0});
  CHECK(g.find("early") == 1U);
  CHECK(g.id(0) == "late");
  CHECK_FALSE(g.find("nobody").has_value());
}

TEST_CASE("a pattern stands for all it matches but its own task", "[core][graph]") {
  graph g = made_of({{"s-1", {}}, {"s-2", {}}, {"s-all", {"s-*"}}});
  CHECK(g.unmet(2) == 2);
  CHECK(g.dependents(0) == indexes{2});
  complete(g, 0);
  CHECK(complete(g, 1) == indexes{2});
}

TEST_CASE("an id that looks like a pattern is that id", "[core][graph]") {
  graph g = made_of({{"a[1]", {}}, {"a1", {}}, {"b", {"a[1]"}}});
  CHECK(g.dependents(0) == indexes{2});
  CHECK(g.dependents(1).empty());
}

TEST_CASE("a pattern that many share behaves as if each had named all matches", "[core][graph]") {
  graph g = made_of({{"s1", {}},
                     {"s2", {}},
                     {"s3", {}},
                     {"u1", {"s*"}},
                     {"u2", {"s*", "s1"}},
                     {"u3", {"s*"}},
                     {"u4", {"s?", "u1"}}});
  CHECK(g.dependents(0) == indexes{3, 4, 5, 6});
  SECTION("complete") {
    CHECK(complete(g, 0).empty());
    CHECK(complete(g, 1).empty());
    CHECK(complete(g, 2) == indexes{3, 4, 5});
    CHECK(complete(g, 3) == indexes{6});
  }
  SECTION("fail") {
    CHECK(fail(g, 1) == indexes{3, 4, 5, 6});
    CHECK(fail(g, 0).empty());
  }
}

TEST_CASE("a failure dooms every transitive dependent, each once", "[core][graph]") {
  graph g = made_of({{"a", {}}, {"b", {"a"}}, {"c", {"a"}}, {"d", {"b", "c"}}, {"e", {}}, {"f", {"d", "e"}}});
  CHECK(fail(g, 0) == indexes{1, 2, 3, 5});
  CHECK(fail(g, 4).empty());
}

TEST_CASE("a doomed item does not become ready", "[core][graph]") {
  graph g = made_of({{"a", {}}, {"b", {}}, {"c", {"a", "b"}}});
  fail(g, 0);
  CHECK(complete(g, 1).empty());
}

TEST_CASE("the cascade stops before those that are spared", "[core][graph]") {
  graph g = made_of({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}, {"d", {"a"}}});
  complete(g, 0);
  indexes doomed;
  g.failed(0, doomed, [](item_index i) { return i == 1; });
  CHECK(doomed == indexes{3});
  CHECK(complete(g, 1) == indexes{2});
}

TEST_CASE("later documents see earlier tasks, by id and by pattern", "[core][graph]") {
  graph g = made_of({{"s1", {}}, {"s2", {}}});
  complete(g, 0);
  REQUIRE(add(g, {{"x", {"s1"}}, {"y", {"s*"}}, {"s3", {"x"}}, {"z", {"s*"}}}).empty());
  CHECK(g.unmet(2) == 0);  // s1 has completed already
  CHECK(g.unmet(3) == 2);  // s2 and s3
  CHECK(complete(g, 1).empty());
  CHECK(complete(g, 2) == indexes{4});
  CHECK(complete(g, 4) == indexes{3, 5});
}

TEST_CASE("an earlier pattern does not grow with later documents", "[core][graph]") {
  graph g = made_of({{"s1", {}}, {"u", {"s*"}}});
  REQUIRE(add(g, {{"s2", {}}}).empty());
  CHECK(complete(g, 0) == indexes{1});
}

TEST_CASE("a task that waits for what has failed is told as stillborn", "[core][graph]") {
  graph g = made_of({{"a1", {}}, {"a2", {}}, {"a3", {}}});
  fail(g, 1);
  std::vector<stillborn> dead;
  REQUIRE(
      add(g, {{"x", {"a2"}}, {"y", {"a1"}}, {"u1", {"a*"}}, {"u2", {"a*"}}, {"u3", {"a*"}}}, &dead).empty());
  indexes those;
  for (const stillborn& s : dead) {
    those.push_back(s.task);
    CHECK(s.dependency == 1);
  }
  CHECK(those == indexes{3, 5, 6, 7});
}

TEST_CASE("all problems are told at once, where they are, and nothing joins", "[core][graph]") {
  graph g = made_of({{"old", {}}});
  const auto problems = add(g, {{"old", {}},
                                {"a", {"nobody"}},
                                {"b", {"b"}},
                                {"c", {"none-*"}},
                                {"d", {"e"}},
                                {"e", {"old", "d"}},
                                {"f", {}},
                                {"f", {}}});
  CHECK(kinds(problems) == std::vector{problem::duplicate_id, problem::unknown_dep, problem::self_dep,
                                       problem::empty_glob, problem::duplicate_id, problem::cycle});
  CHECK(problems[1].task == 1);
  CHECK(problems[1].words.find("\"nobody\"") != std::string::npos);
  CHECK(problems[4].task == 7);
  CHECK(problems[5].words == "d -> e -> d");
  CHECK(problems[5].task == 4);
  CHECK(g.size() == 1);
  CHECK_FALSE(g.find("a").has_value());
  REQUIRE(add(g, {{"a", {"old"}}}).empty());
  CHECK(complete(g, 0) == indexes{1});
}

TEST_CASE("cycles are told as paths, each once", "[core][graph]") {
  graph g;
  const auto problems =
      add(g, {{"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}, {"x", {"a", "y"}}, {"y", {"x"}}, {"z", {"c"}}});
  REQUIRE(kinds(problems) == std::vector{problem::cycle, problem::cycle});
  CHECK(problems[0].words == "a -> b -> c -> a");
  CHECK(problems[1].words == "x -> y -> x");
  CHECK(problems[1].task == 3);
  CHECK(problems[1].dep == 1);
}

TEST_CASE("a cycle through a pattern is a cycle", "[core][graph]") {
  graph g;
  SECTION("shared by many") {
    const auto problems =
        add(g, {{"s1", {}}, {"s2", {"u2"}}, {"s3", {}}, {"u1", {"s*"}}, {"u2", {"s*"}}, {"u3", {"s*"}}});
    REQUIRE(kinds(problems) == std::vector{problem::cycle});
    CHECK(problems[0].words == "s2 -> u2 -> s2");
  }
  SECTION("two that match each other") {
    const auto problems = add(g, {{"s1", {"s*"}}, {"s2", {"s*"}}});
    REQUIRE(kinds(problems) == std::vector{problem::cycle});
    CHECK(problems[0].words.starts_with("s1 -> s2 -> s1"));
  }
}

TEST_CASE("a pattern that matches nothing but its own task matches nothing", "[core][graph]") {
  graph g;
  const auto problems = add(g, {{"a", {"a*"}}, {"b", {"a*"}}});
  REQUIRE(kinds(problems) == std::vector{problem::empty_glob});
  CHECK(problems[0].task == 0);
}

TEST_CASE("more problems than anybody reads are counted", "[core][graph]") {
  graph g;
  const auto problems = add(g, std::vector<task>(5001, {"same", {}}));
  CHECK(problems.size() == graph::problems_max);
  CHECK(problems.back().words.find("(and 4000 more problems)") != std::string::npos);
}

TEST_CASE("a long cycle is told in few words", "[core][graph]") {
  std::vector<task> ring;
  for (int i = 0; i < 1000; ++i)
    ring.push_back({"t" + std::to_string(i), {"t" + std::to_string((i + 1) % 1000)}});
  graph g;
  const auto problems = add(g, ring);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].words.starts_with("t0 -> t1 -> "));
  CHECK(problems[0].words.ends_with(" -> t999 -> t0"));
  CHECK(problems[0].words.find("(980 more)") != std::string::npos);
}

TEST_CASE("breaking every reported cycle leaves none", "[core][graph]") {
  // Three cycles through one vertex: 0-1-0, 0-2-0, 0-1-2-0.
  const adjacency all{{0, 2, 4, 5}, {1, 2, 0, 2, 0}};
  const auto cycles = find_cycles(all, 10);
  CHECK(cycles.size() == 2);
  for (const auto& cycle : cycles)
    CHECK(cycle[0] == 0);
  CHECK(find_cycles(all, 1).size() == 1);
  CHECK(find_cycles({}, 10).empty());
}

TEST_CASE("what completed in an earlier run is met, by id and by pattern, and its id is taken",
          "[core][graph]") {
  graph g = made_of({{"failed", {}}});
  const std::vector<std::string> before{"part-1", "part-2", "odd[1]"};
  g.completed_before(before);
  g.completed_before(before);  // said again it changes nothing
  CHECK(g.completed_before().size() == 3);
  REQUIRE(add(g, {{"a", {"part-1", "odd[1]"}}, {"b", {"part-*", "failed"}}, {"part-3", {"part-*"}}}).empty());
  CHECK(g.size() == 4);
  CHECK(g.unmet(1) == 0);
  CHECK(g.unmet(2) == 2);  // part-3, which joins with it, and failed
  CHECK(g.unmet(3) == 0);
  CHECK(complete(g, 0).empty());
  CHECK(complete(g, 3) == indexes{2});

  const auto taken = add(g, {{"part-1", {}}});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].what == problem::duplicate_id);
  CHECK(taken[0].words == "the id \"part-1\" is taken by a task that completed in an earlier run");
  CHECK(kinds(add(g, {{"c", {"part-9"}}})) == std::vector{problem::unknown_dep});
  CHECK(kinds(add(g, {{"c", {"none-*"}}})) == std::vector{problem::empty_glob});
  CHECK(g.size() == 4);
}

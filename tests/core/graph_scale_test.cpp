// A million tasks: that they are validated in seconds, without recursion, and right.
#include "actors/core/run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <random>

using namespace settle::core;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t scale = 100'000;
#else
constexpr std::size_t scale = 1'000'000;
#endif

struct document {
  std::vector<std::string> ids;
  std::vector<std::vector<std::string>> deps;

  std::vector<task_ref> refs() const {
    std::vector<task_ref> all;
    for (std::size_t i = 0; i < ids.size(); ++i)
      all.push_back({ids[i], deps[i]});
    return all;
  }
};

std::string name(std::size_t i) {
  return "task-" + std::to_string(i);
}

document chain(std::size_t n) {
  document d;
  for (std::size_t i = 0; i < n; ++i) {
    d.ids.push_back(name(i));
    d.deps.push_back(i == 0 ? std::vector<std::string>{} : std::vector{name(i - 1)});
  }
  return d;
}

document random_edges(std::size_t n) {
  std::mt19937_64 random{7};
  document d;
  for (std::size_t i = 0; i < n; ++i) {
    d.ids.push_back(name(i));
    d.deps.push_back(i == 0 ? std::vector<std::string>{} : std::vector{name(random() % i)});
  }
  return d;
}

document two_stages(std::size_t n) {
  document d;
  for (std::size_t i = 0; i < n; ++i) {
    d.ids.push_back((i < n / 2 ? "first-" : "second-") + std::to_string(i));
    d.deps.push_back(i < n / 2 ? std::vector<std::string>{} : std::vector<std::string>{"first-*"});
  }
  return d;
}

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * 4096;
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::size_t work_through(graph& g) {
  std::vector<item_index> open;
  for (item_index i = 0; i < g.size(); ++i)
    if (g.unmet(i) == 0)
      open.push_back(i);
  std::size_t done = 0;
  while (!open.empty()) {
    const item_index i = open.back();
    open.pop_back();
    g.completed(i, open);
    ++done;
  }
  return done;
}

}  // namespace

TEST_CASE("a chain of very many tasks completes link by link, and fails as a whole", "[core][graph]") {
  const document d = chain(scale);
  graph works;
  REQUIRE(works.add(d.refs()).empty());
  CHECK(work_through(works) == scale);
  graph fails;
  REQUIRE(fails.add(d.refs()).empty());
  std::vector<item_index> doomed;
  fails.failed(0, doomed);
  CHECK(doomed.size() == scale - 1);
}

TEST_CASE("very many tasks in one ring are one cycle", "[core][graph]") {
  document d = chain(scale);
  d.deps[0] = {name(scale - 1)};
  graph g;
  const auto problems = g.add(d.refs());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what == graph_problem::kind::cycle);
  CHECK(problems[0].words.size() < 1000);
  CHECK(g.size() == 0);
}

TEST_CASE("a stage of very many waits for another by one pattern, in linear time", "[core][graph]") {
  const document d = two_stages(scale);
  graph g;
  REQUIRE(g.add(d.refs()).empty());
  CHECK(g.unmet(scale - 1) == 1);
  CHECK(work_through(g) == scale);
}

TEST_CASE("a failure at the root of a large run costs no record per item", "[core][run]") {
  const document d = chain(scale);
  run r;
  REQUIRE(r.add(d.refs(), {}).empty());
  const item_index first = *r.take_ready();
  item it = r.at(first);
  advance(it, {.kind = event_kind::submit_asked}, {});
  r.update(first, it);
  advance(it, {.kind = event_kind::submit_refused, .words = "no"}, {});
  const run_change change = r.update(first, it);
  CHECK(change.doomed.size() == scale - 1);
  CHECK(change.finished);
  CHECK(r.records() < 10);
  CHECK(r.at(scale - 1).reached->error == "dependency \"task-0\" failed");
  r.check();
}

TEST_CASE("benchmark: a million tasks with a million edges", "[.bench]") {
  const std::size_t n = 1'000'000;
  const document random = random_edges(n);
  const document stages = two_stages(n);
  const auto refs = random.refs();
  const auto stage_refs = stages.refs();
  const std::size_t before = resident_bytes();
  run r;
  std::cout << "validate, 1 M tasks, 1 M edges: " << seconds_of([&] { REQUIRE(r.add(refs, {}).empty()); })
            << " s\n";
  std::cout << "memory per pending item: " << (resident_bytes() - before) / n << " B (sizeof(item) "
            << sizeof(item) << ")\n";
  graph g;
  std::cout << "validate, 500 k waiting for a pattern of 500 k: "
            << seconds_of([&] { REQUIRE(g.add(stage_refs).empty()); }) << " s\n";
  std::cout << "complete them all: " << seconds_of([&] { REQUIRE(work_through(g) == n); }) << " s\n";
  const std::size_t pending = resident_bytes();
  const double all = seconds_of([&] {
    while (auto i = r.take_ready()) {
      item it = r.at(*i);
      advance(it, {.kind = event_kind::submit_asked}, {});
      advance(it, {.kind = event_kind::submit_accepted, .job_id = *i + 1}, {});
      judgement good{.what = judgement::kind::success};
      good.reached.who = evidence::accounting;
      good.reached.exit_code = 0;
      advance(it, {.kind = event_kind::accounting_answered, .judged = good}, {});
      r.update(*i, it);
    }
  });
  REQUIRE(r.status() == run_status::completed);
  std::cout << "run all of them, three events each: " << all
            << " s; memory per finished item on top: " << (resident_bytes() - pending) / n << " B\n";
}

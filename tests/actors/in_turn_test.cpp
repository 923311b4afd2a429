// What waits by run: nobody's is lost, each run's stays in order, and a small run's is not behind a large one's.
#include "actors/delivery_queue.hpp"
#include "actors/in_turn.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <vector>

using namespace settle;
using namespace settle::actors;

namespace {

delivery nth(std::uint32_t run, std::uint32_t n) {
  delivery d{{run, n}, {}, {}};
  d.what.job_id = n;
  return d;
}

using keys = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

keys all_of(delivery_queue& queue) {
  keys out;
  while (const auto d = queue.next()) {
    CHECK(d->what.job_id == d->to.index);  // whole, not what was moved from
    out.emplace_back(d->to.run, d->to.index);
  }
  CHECK(queue.empty());
  return out;
}

}  // namespace

TEST_CASE("of runs that wait each has its turn, and a run's own come in order", "[actors][in_turn]") {
  in_turn<int> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(7, i);
  waiting.push_back(2, 20);
  waiting.push_back(9, 90);
  std::vector<int> taken;
  while (!waiting.empty()) {
    taken.push_back(waiting.take());
    if (taken.back() == 20)
      waiting.push_front(2, 21);  // the rest of what was too much at once
  }
  CHECK(taken == std::vector<int>{20, 0, 90, 21, 1, 2});
}

TEST_CASE("what is withdrawn from the middle of a run's leaves the others in order", "[actors][in_turn]") {
  in_turn<int> waiting;
  for (const int i : {1, 2, 3})
    waiting.push_back(4, i);
  CHECK(waiting.find(5, [](int) { return true; }) == nullptr);
  CHECK(waiting.find(4, [](int i) { return i == 9; }) == nullptr);
  auto* const two = waiting.find(4, [](int i) { return i == 2; });
  REQUIRE(two != nullptr);
  waiting.erase(4, two);
  CHECK(waiting.take() == 1);
  CHECK(waiting.take() == 3);
  CHECK(waiting.empty());
}

TEST_CASE("a few of each run are told before more of a large one are", "[actors][in_turn]") {
  delivery_queue queue;
  std::vector<delivery> first;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    first.push_back(nth(1, i));
  queue.add(std::move(first));
  for (int i = 0; i < 100; ++i)
    queue.next();
  std::vector<delivery> second;
  for (std::uint32_t i = 0; i < 1000; ++i)
    second.push_back(nth(1, 10'000 + i));
  for (std::uint32_t i = 0; i < 10; ++i)
    second.push_back(nth(2, i));
  queue.add(std::move(second));
  const auto told = all_of(queue);
  REQUIRE(told.size() == 10'910);
  std::size_t last_of_small = 0;
  for (std::size_t i = 0; i < told.size(); ++i)
    last_of_small = told[i].first == 2 ? i : last_of_small;
  CHECK(last_of_small < 200);
}

TEST_CASE("whatever is mixed, nothing is lost, told twice, or told out of its run's order",
          "[actors][in_turn]") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::minstd_rand dice(seed);
    delivery_queue queue;
    std::map<std::uint32_t, std::uint32_t> given, told;
    bool in_order = true;
    const auto tell = [&](std::size_t most) {
      for (auto d = queue.next(); d; d = most-- > 0 ? queue.next() : std::nullopt)
        in_order = in_order && d->to.index == told[d->to.run]++;
    };
    const auto runs = 1 + dice() % 5;
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<delivery> those;
      for (auto n = dice() % 300; n > 0; --n) {
        const auto run = static_cast<std::uint32_t>(dice() % 4 != 0 ? 1 : 1 + dice() % runs);
        those.push_back(nth(run, given[run]++));
      }
      queue.add(std::move(those));
      tell(dice() % 300);
    }
    tell(SIZE_MAX);
    CHECK(in_order);
    CHECK(queue.empty());
    for (const auto& [run, n] : given)
      REQUIRE(told[run] == n);
  }
}

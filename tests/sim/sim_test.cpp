// What CI plays of the simulation: some thousand seeds without a violation, the same story twice for the same seed, and
// every wrong rule caught.
#include "tests/sim/story.hpp"

#include <catch2/catch.hpp>

#include <string>

using sim::mutation;

TEST_CASE("2,000 stories, and settle lies in none of them", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const auto end = sim::play(seed, mutation::none);
    INFO("again: ./dev sim --seed " << seed);
    const std::string first = end.violations.empty() ? "" : end.violations.front();
    CHECK(first == "");
  }
}

TEST_CASE("the same seed gives the same history", "[sim]") {
  for (std::uint64_t seed : {1, 7, 502, 6265, 99178})
    CHECK(sim::play(seed, mutation::none).hash == sim::play(seed, mutation::none).hash);
  CHECK(sim::play(1, mutation::none).hash != sim::play(2, mutation::none).hash);
}

TEST_CASE("each wrong rule is caught within 10,000 stories", "[sim]") {
  for (std::size_t i = 1; i < sim::mutation_count; ++i) {
    const auto wrong = static_cast<mutation>(i);
    std::uint64_t seed = 1;
    while (seed <= 10'000 && sim::play(seed, wrong).violations.empty())
      ++seed;
    INFO(sim::mutation_names[i] << " was caught in seed " << seed);
    CHECK(seed <= 10'000);
  }
}

// Two hundred seeds drive the real actors. SETTLE_SEED=17 plays one again and tells everything that happened;
// SETTLE_SEEDS=20000 plays as many as that.
#include "tests/sim/actor_story.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::uint64_t seeds = 200;

void play(std::uint64_t seed, bool tell) {
  INFO("seed " << seed << ", again with SETTLE_SEED=" << seed);
  const auto end = sim::play_actors(seed, tell);
  for (const auto& line : end.history)
    std::printf("%s\n", line.c_str());
  for (const auto& v : end.violations)
    FAIL_CHECK(v);
}

}  // namespace

TEST_CASE("whatever the order of messages, answers and deaths of actors, every verdict is the right one",
          "[sim]") {
  if (const char* one = std::getenv("SETTLE_SEED")) {
    play(std::strtoull(one, nullptr, 10), true);
    return;
  }
  const char* more = std::getenv("SETTLE_SEEDS");
  for (std::uint64_t seed = 1; seed <= (more ? std::strtoull(more, nullptr, 10) : seeds); ++seed)
    play(seed, false);
}

TEST_CASE("the same seed plays the same story of the actors", "[sim]") {
  for (std::uint64_t seed : {3, 8, 21, 34}) {
    INFO("seed " << seed);
    CHECK(sim::play_actors(seed).hash == sim::play_actors(seed).hash);
  }
}

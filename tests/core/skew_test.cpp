// The skew between two clocks, from times told in whole seconds.
#include "actors/core/skew.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <vector>

using namespace settle::core;
using namespace std::chrono_literals;

TEST_CASE("without a reading there is no skew", "[core][skew]") {
  CHECK_FALSE(measure_skew({}));
}

TEST_CASE("a reading is good to half a second and half its round trip", "[core][skew]") {
  // They said 1000 at some moment while ours went from 999.9 to 1000.1: theirs was between 1000 and 1001 then.
  const std::vector<clock_reading> one{{1000, 999'900ms, 1'000'100ms}};
  const auto got = measure_skew(one);
  REQUIRE(got);
  CHECK(got->skew == 500ms);
  CHECK(got->within == 600ms);
}

TEST_CASE("a controller that is ahead has a positive skew, one that is behind a negative", "[core][skew]") {
  const std::vector<clock_reading> ahead{{1090, 1'000'400ms, 1'000'600ms}};
  CHECK(measure_skew(ahead)->skew == 90s);
  const std::vector<clock_reading> behind{{910, 1'000'400ms, 1'000'600ms}};
  CHECK(measure_skew(behind)->skew == -90s);
}

TEST_CASE("two readings across a second's edge narrow it down", "[core][skew]") {
  const std::vector<clock_reading> two{{1000, 999'900ms, 999'950ms}, {1000, 1'000'950ms, 1'001'000ms}};
  const auto got = measure_skew(two);
  REQUIRE(got);
  CHECK(got->skew == 50ms);
  CHECK(got->within == 0ms);
}

TEST_CASE("whatever the skew, the truth lies within what is claimed", "[core][skew]") {
  for (const duration truth : {-86'400'123ms, -61'000ms, -1ms, 0ms, 1ms, 499ms, 500ms, 12'345ms, 7'200'001ms})
    for (const duration begun : {1'000'000ms, 1'000'333ms, 1'000'999ms}) {
      std::vector<clock_reading> readings;
      for (const duration trip : {10ms, 700ms, 40ms}) {
        const duration asked = begun + trip * static_cast<int>(readings.size());
        const duration theirs = asked + trip / 3 + truth;
        readings.push_back({std::chrono::floor<std::chrono::seconds>(theirs).count(), asked, asked + trip});
      }
      const auto got = measure_skew(readings);
      REQUIRE(got);
      INFO(truth.count() << " at " << begun.count() << ": " << got->skew.count() << " +- "
                         << got->within.count());
      CHECK(std::abs((got->skew - truth).count()) <= got->within.count());
      CHECK(got->within <= 510ms);
    }
}

TEST_CASE("when a clock was set between two readings the last one counts", "[core][skew]") {
  const std::vector<clock_reading> readings{{5000, 1'000'000ms, 1'000'010ms},
                                            {1002, 1'002'400ms, 1'002'600ms}};
  CHECK(measure_skew(readings)->skew == 0ms);
}

#include "actors/core/pacing.hpp"

#include <catch2/catch.hpp>

using namespace settle::core;

TEST_CASE("a quiet, quick controller is asked at the interval of the policy", "[core][pacing]") {
  CHECK(next_interval({}, false, false, duration{20}, 0) == seconds{15});
}

TEST_CASE("while something settles cycles come faster, unless the user fixed the interval",
          "[core][pacing]") {
  CHECK(next_interval({}, false, true, duration{20}, 0) == seconds{5});
  CHECK(next_interval({}, true, true, duration{20}, 0) == seconds{15});
  policy quick;
  quick.poll_interval = seconds{2};
  CHECK(next_interval(quick, false, true, duration{20}, 0) == seconds{2});
}

TEST_CASE("a slow controller is asked less often, but one slow answer blinds nobody for minutes",
          "[core][pacing]") {
  CHECK(next_interval({}, false, true, seconds{3}, 0) == seconds{30});
  CHECK(next_interval({}, true, false, seconds{4}, 0) == seconds{30});
  CHECK(next_interval({}, false, false, seconds{17}, 0) == seconds{34});
  CHECK(next_interval({}, false, false, seconds{59}, 0) == seconds{118});
}

TEST_CASE("failures in a row double the interval up to the ceiling, however many", "[core][pacing]") {
  CHECK(next_interval({}, false, false, duration{20}, 1) == seconds{30});
  CHECK(next_interval({}, false, false, duration{20}, 3) == seconds{120});
  CHECK(next_interval({}, false, false, duration{20}, 4'000'000'000) == minutes{5});
}

TEST_CASE("nothing goes below the site's minimum or the floor", "[core][pacing]") {
  policy p;
  p.poll_interval = duration{1};
  CHECK(next_interval(p, true, true, duration{0}, 0) == seconds{1});
  p.poll_interval_min = seconds{20};
  CHECK(next_interval(p, false, true, duration{0}, 0) == seconds{20});
}

TEST_CASE("an interval beyond the ceiling that somebody named is kept", "[core][pacing]") {
  policy p;
  p.poll_interval = minutes{10};
  CHECK(next_interval(p, true, false, seconds{1}, 5) == minutes{10});
}

TEST_CASE("a deferred submission waits twice as long each time, from two seconds to five minutes",
          "[core][pacing]") {
  CHECK(submit_backoff(0) == seconds{2});
  CHECK(submit_backoff(1) == seconds{2});
  CHECK(submit_backoff(2) == seconds{4});
  CHECK(submit_backoff(7) == seconds{128});
  CHECK(submit_backoff(9) == minutes{5});
  CHECK(submit_backoff(4'000'000'000) == minutes{5});
}

#include "runtime/cli/interrupts.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using settle::cli::interrupts;
using answer = interrupts::answer;
using ms = interrupts::time;

TEST_CASE("without a terminal the first signal detaches", "[program][interrupts]") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    interrupts i(false, false);
    CHECK(i.tick(ms(0)) == answer::nothing);
    CHECK(i.saw(number, ms(1000)) == answer::detach);
    CHECK(i.leaving());
  }
}

TEST_CASE("without a terminal a second SIGINT while detaching cancels, a second SIGTERM does not",
          "[program][interrupts]") {
  interrupts i(false, false);
  i.saw(SIGTERM, ms(1000));
  CHECK(i.saw(SIGTERM, ms(2000)) == answer::nothing);
  CHECK(i.leaving());
  CHECK(i.saw(SIGINT, ms(3000)) == answer::cancel);
  CHECK(i.cancelling());
}

TEST_CASE("one key press that arrives as two signals is one", "[program][interrupts]") {
  interrupts i(false, false);
  CHECK(i.saw(SIGINT, ms(1000)) == answer::detach);
  CHECK(i.saw(SIGINT, ms(1100)) == answer::nothing);
  CHECK(i.leaving());
}

TEST_CASE("on a terminal the first SIGINT hints, and a second within the moment asks",
          "[program][interrupts]") {
  interrupts i(true, false);
  CHECK(i.saw(SIGINT, ms(1000)) == answer::hint);
  CHECK(i.tick(ms(2500)) == answer::nothing);
  CHECK(i.saw(SIGINT, ms(2900)) == answer::ask);
  CHECK(i.asking());
  CHECK(i.tick(ms(60'000)) == answer::nothing);
  SECTION("yes cancels") {
    CHECK(i.replied(true) == answer::cancel);
  }
  SECTION("no detaches") {
    CHECK(i.replied(false) == answer::detach);
  }
  SECTION("a third Ctrl-C is no yes") {
    CHECK(i.saw(SIGINT, ms(4000)) == answer::detach);
  }
}

TEST_CASE("on a terminal the moment passes and settle detaches", "[program][interrupts]") {
  interrupts i(true, false);
  i.saw(SIGINT, ms(1000));
  CHECK(i.tick(ms(2999)) == answer::nothing);
  CHECK(i.tick(ms(3000)) == answer::detach);
  CHECK(i.tick(ms(3001)) == answer::nothing);
  SECTION("a further SIGINT while detaching asks") {
    CHECK(i.saw(SIGINT, ms(4000)) == answer::ask);
  }
}

TEST_CASE("SIGTERM never waits for a person", "[program][interrupts]") {
  interrupts i(true, false);
  CHECK(i.saw(SIGTERM, ms(0)) == answer::detach);
  interrupts hinted(true, false);
  hinted.saw(SIGINT, ms(0));
  CHECK(hinted.saw(SIGTERM, ms(500)) == answer::detach);
}

TEST_CASE("cancel-on-interrupt cancels at the first SIGINT and leaves at the next signal",
          "[program][interrupts]") {
  interrupts i(true, true);
  CHECK(i.saw(SIGINT, ms(0)) == answer::cancel);
  CHECK(i.saw(SIGINT, ms(1000)) == answer::leave);
  interrupts term(false, true);
  CHECK(term.saw(SIGTERM, ms(0)) == answer::detach);
}

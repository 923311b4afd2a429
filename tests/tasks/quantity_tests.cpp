#include "io/tasks/quantities.hpp"

#include "io/tasks/document.hpp"

#include <catch2/catch.hpp>

using namespace settle::tasks;

TEST_CASE("time limits are read in all of Slurm's forms", "[tasks][quantity]") {
  CHECK(time_limit_seconds("90") == 90 * 60);
  CHECK(time_limit_seconds("0:02") == 2);
  CHECK(time_limit_seconds("10:30") == 630);
  CHECK(time_limit_seconds("1:00:00") == 3600);
  CHECK(time_limit_seconds("100:00:01") == 360'001);
  CHECK(time_limit_seconds("2-12") == 60 * 3600);
  CHECK(time_limit_seconds("2-12:30") == 60 * 3600 + 1800);
  CHECK(time_limit_seconds("0-00:00:05") == 5);
  CHECK(time_limit_seconds("365-0") == 365 * 86'400);
}

TEST_CASE("no limit is none, and told apart from what cannot be read", "[tasks][quantity]") {
  for (const char* none : {"UNLIMITED", "unlimited", "INFINITE", "-1", "0", "0:00"}) {
    INFO(none);
    REQUIRE(read_time_limit(none));
    CHECK_FALSE(read_time_limit(none)->seconds);
    CHECK_FALSE(time_limit_seconds(none));
  }
  for (const char* bad : {"", " ", "1h", "1:", ":1", "1:2:3:4", "-", "1-", "-5", "1-2-3", "1:-2", "+5", "1.5",
                          "5 ", "1--2", "99999999999", "999999999-0", "1-2:3:4:5", "٣"}) {
    INFO(bad);
    CHECK_FALSE(read_time_limit(bad));
    CHECK_FALSE(time_limit_seconds(bad));
  }
}

TEST_CASE("memory is a number and at most one unit", "[tasks][quantity]") {
  for (const char* good : {"500M", "4G", "4096", "0", "1T", "10k", "8GB"})
    CHECK(is_memory(good));
  for (const char* bad : {"", "G", "4 G", "-4G", "4X", "4.5G", "4GiB", "0x10", "4G ", "9999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(is_memory(bad));
  }
}

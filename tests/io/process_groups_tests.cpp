#include "io/local/process_groups.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using settle::io::local::group_of_living;
using settle::io::local::living_process_groups;

TEST_CASE("a process's group is read whatever its name holds", "[io][local]") {
  CHECK(group_of_living("12 (sh) S 1 77 77 0") == 77);
  CHECK(group_of_living("12 (a) Z 9 9) R 1 78 77 0") == 78);
  CHECK(group_of_living("12 () D 1 79 0") == 79);
}

TEST_CASE("a zombie has no living group, nor has text that is no such line", "[io][local]") {
  for (const char* text : {"12 (sh) Z 1 77 77 0", "12 (sh) X 1 77 0", "", "12 (sh", "12 (sh)", "12 (sh) S",
                           "12 (sh) S 1", "12 (sh) S 1 x"})
    CHECK_FALSE(group_of_living(text).has_value());
}

TEST_CASE("our own group lives, and none that does not exist", "[io][local]") {
  const auto groups = living_process_groups();
  CHECK(groups.contains(::getpgrp()));
  CHECK_FALSE(groups.contains(-5));
}

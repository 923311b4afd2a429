// Processes as /proc tells of them: odd names, zombies, groups.
#include "io/process_stat.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <string>

using namespace settle::io;

namespace {

/// A line with these words after the name, and fields up to the start time, which is 4711.
std::string line(const std::string& name, const std::string& words, int more) {
  std::string text = "12 (" + name + ") " + words;
  for (int i = 0; i < more; ++i)
    text += " 0";
  return text + " 4711 9 9\n";
}

}  // namespace

TEST_CASE("a process is read whatever its name holds", "[io][local]") {
  for (const char* name : {"sh", "a) Z 9 9", "", "two\nlines ) ("}) {
    const auto seen = parse_process_stat(line(name, "S 1 77 76", 15));
    INFO(name);
    REQUIRE(seen);
    CHECK(seen->group == 77);
    CHECK(seen->start == 4711);
    CHECK(seen->lives());
  }
}

TEST_CASE("a zombie does not live, and what is no such line is nothing", "[io][local]") {
  CHECK_FALSE(parse_process_stat(line("sh", "Z 1 77 76", 15))->lives());
  CHECK_FALSE(parse_process_stat(line("sh", "X 1 77 76", 15))->lives());
  for (const char* text : {"", "12 (sh", "12 (sh)", "12 (sh) S", "12 (sh) S 1", "12 (sh) S 1 x"})
    CHECK_FALSE(parse_process_stat(text).has_value());
  CHECK_FALSE(parse_process_stat(line("sh", "S 1 77 76", 3)).has_value());
}

TEST_CASE("we are seen, our group lives, and what does not exist does neither", "[io][local]") {
  const auto me = look_at_process(::getpid());
  REQUIRE(me);
  CHECK(me->group == ::getpgrp());
  CHECK(me->start > 0);
  CHECK(group_lives(::getpgrp()));
  CHECK_FALSE(group_lives(-5));
  CHECK_FALSE(look_at_process(-5).has_value());
}

#include "runtime/item_output.hpp"

#include <catch2/catch.hpp>

using namespace settle;

namespace {

std::string path_of(std::string_view pattern) {
  return fill_pattern(pattern, 4711, "t.token").path;
}

std::string unknown_of(std::string_view pattern, std::uint64_t job_id = 4711) {
  return fill_pattern(pattern, job_id, "t.token").unknown;
}

}  // namespace

TEST_CASE("Slurm's file name patterns that can be known are filled in", "[program][logs]") {
  CHECK(path_of("/a/plain") == "/a/plain");
  CHECK(path_of("/a/%j.out") == "/a/4711.out");
  CHECK(path_of("/a/%8j") == "/a/00004711");
  CHECK(path_of("/a/%2j") == "/a/4711");
  CHECK(path_of("/a/%99j") == "/a/0000004711");
  CHECK(path_of("/a/%x-%j") == "/a/t.token-4711");
  CHECK(path_of("/a/100%%") == "/a/100%");
  CHECK(path_of("/a\\/%j") == "/a/%j");
  CHECK(path_of("/a\\\\/%j") == "/a\\/%j");
}

TEST_CASE("a pattern that only Slurm knows is named as it is written", "[program][logs]") {
  CHECK(unknown_of("/a/%j").empty());
  CHECK(unknown_of("/a/%j", 0) == "%j");
  CHECK(unknown_of("/a/%4N.%t") == "%4N");
  CHECK(unknown_of("/a/%") == "%");
  CHECK(unknown_of("/a\\/%N").empty());
}

#include "actors/core/names.hpp"

#include "actors/core/glob.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace settle::core;
using indexes = std::vector<std::uint32_t>;

TEST_CASE("a name is found under the index it was added with", "[core][names]") {
  names n;
  CHECK_FALSE(n.find("a").has_value());
  CHECK(n.add("a"));
  CHECK(n.add(""));
  CHECK(n.find("a") == 0U);
  CHECK(n.find("") == 1U);
  CHECK(n.at(0) == "a");
}

TEST_CASE("a taken name is refused, and the first keeps it", "[core][names]") {
  names n;
  CHECK(n.add("a"));
  CHECK_FALSE(n.add("a"));
  CHECK(n.size() == 2);
  CHECK(n.find("a") == 0U);
  n.truncate(1);
  CHECK(n.find("a") == 0U);
}

TEST_CASE("matches are those of old and new names, ascending", "[core][names]") {
  names n;
  n.add("b-2");
  n.add("a");
  CHECK(n.matching("b*") == indexes{0});
  n.add("b-1");
  n.add("bb");
  CHECK(n.matching("b*") == indexes{0, 2, 3});
  CHECK(n.matching("b-?") == indexes{0, 2});
  CHECK(n.matching("*") == indexes{0, 1, 2, 3});
  CHECK(n.matching("c*").empty());
}

TEST_CASE("names answer as a plain map does, whatever was added and taken back", "[core][names]") {
  std::mt19937_64 random{20240229};
  names n;
  std::vector<std::string> model;
  for (int round = 0; round < 2000; ++round) {
    if (random() % 20 == 0) {
      const std::size_t keep =
          model.empty() ? 0 : model.size() - random() % std::min<std::size_t>(model.size(), 30);
      n.truncate(keep);
      model.resize(keep);
    } else {
      const std::string id = "t" + std::to_string(random() % 400);
      const bool fresh = std::find(model.begin(), model.end(), id) == model.end();
      REQUIRE(n.add(id) == fresh);
      model.push_back(id);
    }
    const std::string probe = "t" + std::to_string(random() % 400);
    const auto at = std::find(model.begin(), model.end(), probe);
    const auto found = n.find(probe);
    REQUIRE(found.has_value() == (at != model.end()));
    if (found)
      REQUIRE(*found == static_cast<std::size_t>(at - model.begin()));
    if (round % 7 == 0) {
      const std::string pattern = "t" + std::to_string(random() % 40) + "*";
      indexes expected;
      for (std::uint32_t i = 0; i < model.size(); ++i)
        if (glob_matches(pattern, model[i]))
          expected.push_back(i);
      REQUIRE(n.matching(pattern) == expected);
    }
  }
}

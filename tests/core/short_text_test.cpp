#include "actors/core/short_text.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <utility>
#include <vector>

using settle::core::short_text;

TEST_CASE("a short text holds any text of any length as a string does", "[core][short_text]") {
  STATIC_REQUIRE(sizeof(short_text) == 16);
  for (std::size_t n = 0; n < 40; ++n) {
    std::string words;
    for (std::size_t i = 0; i < n; ++i)
      words += static_cast<char>(i * 37);  // zeros and bytes above 127 too
    INFO(n);
    const short_text text = words;
    CHECK(text.view() == words);
    CHECK(text.str() == words);
    CHECK(text.size() == n);
    CHECK(text.empty() == (n == 0));
    CHECK(text == words);
    CHECK_FALSE(text == words + "x");
  }
}

TEST_CASE("short texts are copied, moved, assigned and emptied, long and short ones", "[core][short_text]") {
  const std::vector<std::string> all{"", "fifteen letters", "sixteen letters!", std::string(1000, 'x')};
  for (const auto& one : all) {
    for (const auto& other : all) {
      INFO(one << " | " << other);
      short_text a = one;
      const short_text b = other;
      short_text copy = a;
      a = b;
      CHECK(a == other);
      CHECK(copy == one);
      a = std::move(copy);
      CHECK(a == one);
      a += b;
      CHECK(a == one + other);
      auto& self = a;
      a = self;
      CHECK(a == one + other);
      const short_text moved = std::move(a);
      CHECK(moved == one + other);
      short_text cleared = moved;
      cleared.clear();
      CHECK(cleared.empty());
      CHECK(cleared == short_text{});
    }
  }
}

TEST_CASE("a short text reads like a string", "[core][short_text]") {
  const short_text text = "JobHeldUser, and more words";
  CHECK(text.starts_with("JobHeld"));
  CHECK(text.ends_with("words"));
  CHECK(text.find("and") == 13);
  CHECK(text.find("none") == std::string_view::npos);
  std::string taken;
  taken = text;
  CHECK(taken == "JobHeldUser, and more words");
  std::ostringstream out;
  out << text;
  CHECK(out.str() == taken);
}

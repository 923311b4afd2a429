#include "actors/core/glob.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle::core;

TEST_CASE("patterns have the meaning of fnmatch", "[core][glob]") {
  struct sample {
    const char* pattern;
    const char* text;
    bool matches;
  };
  const sample samples[] = {{"", "", true},
                            {"", "a", false},
                            {"*", "", true},
                            {"*", "a/b.c", true},
                            {"a*", "abc", true},
                            {"a*", "ba", false},
                            {"*c", "abc", true},
                            {"a*c*e", "abcde", true},
                            {"a*c*e", "abcd", false},
                            {"?", "a", true},
                            {"?", "", false},
                            {"?", "ab", false},
                            {"a?c", "abc", true},
                            {"[abc]", "b", true},
                            {"[abc]", "d", false},
                            {"[a-c]x", "bx", true},
                            {"[a-c]x", "dx", false},
                            {"[!a-c]x", "dx", true},
                            {"[!a-c]x", "bx", false},
                            {"[]]", "]", true},
                            {"[!]]", "]", false},
                            {"[!]]", "a", true},
                            {"[a-]", "-", true},
                            {"[a-]", "b", false},
                            {"[", "[", true},
                            {"a[b", "a[b", true},
                            {"[!", "[!", true},
                            {"[]", "[]", true},
                            {".*", ".x", true},
                            {"*", ".x", true},
                            {"sim-*-[0-9]", "sim-x-7", true},
                            {"**a**", "a", true},
                            {"[^a]", "^", true},
                            {"[^a]", "b", false},
                            {"a\\*", "a\\x", true},
                            {"*ab", "aab", true},
                            {"*aab*", "aaaab", true},
                            {"a**", "a", true},
                            {"*?", "", false}};
  for (const sample& s : samples) {
    CAPTURE(s.pattern, s.text);
    CHECK(glob_matches(s.pattern, s.text) == s.matches);
  }
}

TEST_CASE("a question mark is one character, however many bytes it has", "[core][glob]") {
  CHECK(glob_matches("?", "\xC3\xA4"));
  CHECK(glob_matches("a?b", "a\xE2\x82\xAC"
                            "b"));
  CHECK_FALSE(glob_matches("??", "\xC3\xA4"));
  CHECK(glob_matches("[\xC3\xA4\xC3\xB6]", "\xC3\xB6"));
  CHECK_FALSE(glob_matches("[\xC3\xA4]", "\xC3"));
  CHECK(glob_matches("[!\xC3\xA4]", "\xC3\xB6"));
  CHECK(glob_matches("??", "\xFF\xC3"));  // no UTF-8: bytes
}

TEST_CASE("many stars against a long text end in time", "[core][glob]") {
  const std::string text(2000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "a*";
  CHECK(glob_matches(pattern, text));
  CHECK_FALSE(glob_matches(pattern + "b", text));
}

TEST_CASE("a pattern is told by its special characters, and begins with its literal prefix", "[core][glob]") {
  CHECK(is_glob("a*"));
  CHECK(is_glob("a?"));
  CHECK(is_glob("[a]"));
  CHECK_FALSE(is_glob("plain-id_1.2"));
  CHECK(literal_prefix("sim-*-x") == "sim-");
  CHECK(literal_prefix("*") == "");
  CHECK(literal_prefix("plain") == "plain");
}

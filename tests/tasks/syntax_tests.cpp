#include "io/tasks/syntax.hpp"

#include "io/tasks/document.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <random>
#include <string>

using namespace settle::tasks;

namespace {

void broken(std::string_view text, std::size_t offset, std::string_view words) {
  const auto found = find_syntax_error(text);
  INFO(text);
  REQUIRE(found);
  INFO(found->words);
  CHECK(found->offset == offset);
  CHECK(found->words.find(words) != std::string::npos);
}

bool dom_accepts(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

bool says_not_json(const parsed& p) {
  for (const problem& each : p.problems) {
    if (each.words.starts_with("not JSON") || each.words.starts_with("the document is empty"))
      return true;
  }
  return false;
}

constexpr std::string_view sample =
    R"({"title": "S\u00e9\ud83d\ude00", "cpus": 2, "env": [{"if": {"A": ["1", "2"]},
  "set": {"X": "a\\b\n${Y}"}, "init": "module load x"}], "env_groups": {"g": [{"append": {"PATH": "/x"}}]},
  "tasks": [{"id": "a", "name": "Ä ö", "command": "echo 'x' | wc", "deps": ["b", "c.*"], "cache": true,
  "inputs": [1.5e-3, -0, [], {}, null, false, {"k": [{"z": 12}]}], "sbatch_args": []},
  {"id": "b", "name": "B", "command": "", "wrong": {"x": [1, "2"]}, "cpus": "7"}]})";

}  // namespace

TEST_CASE("the place and the expectation of a syntax error are exact", "[tasks][syntax]") {
  broken("", 0, "the text ends here, expected a value");
  broken("{", 1, "expected a key in double quotes or '}'; still open is the '{'");
  broken("[1, 2", 5, "expected ',' or ']'; still open is the '['");
  broken("[1 2]", 3, "expected ',' or ']', found \"2\"");
  broken("[1,]", 3, "no comma after the last element");
  broken(R"({"a": 1,})", 8, "no comma after the last element");
  broken("[,1]", 1, "expected a value or ']', found ','");
  broken(R"({"a" 1})", 5, "expected ':' after the key");
  broken(R"({"a":})", 5, "expected a value, found");
  broken("{a: 1}", 1, "a key in double quotes or '}', found \"a\"");
  broken("['a']", 1, "double quotes");
  broken("[True]", 1, "true and false");
  broken("[None]", 1, "writes null");
  broken("[nul]", 1, "found \"nul\"");
  broken("[1] x", 4, "expected the end of the text, found \"x\"");
  broken("[1]]", 3, "expected the end");
  broken("[1}", 2, "expected ',' or ']'");
  broken("// hi\n[]", 0, "no comments");
  broken("[01]", 1, "expected a number, found \"01\"");
  broken("[1.]", 1, "expected a number");
  broken("[-]", 1, "expected a number");
  broken("[1e+]", 1, "expected a number");
  broken("[12abc]", 1, "expected a number, found \"12abc\"");
  broken("[\"a\nb\"]", 3, "line break inside a string");
  broken("[\"a\tb\"]", 3, "control character");
  broken("[\"a", 3, "still open is the string");
  broken(R"(["a\x"])", 3, "no such escape");
  broken(R"(["a\u12g4"])", 3, "four hex digits");
  broken(R"(["\ud800"])", 2, "half of a surrogate pair");
  broken(R"(["\udc00"])", 2, "half of a surrogate pair");
  broken(R"(["\ud800A"])", 2, "half of a surrogate pair");
  broken("[\"ab\xFFq\"]", 4, "not UTF-8");
  broken("[\"\xC0\x80\"]", 2, "not UTF-8");
  broken("[\"\xED\xA0\x80\"]", 2, "not UTF-8");
  broken("[\"\xF4\x90\x80\x80\"]", 2, "not UTF-8");
  broken(std::string_view("[\0]", 3), 1, "a NUL byte");
}

TEST_CASE("what is JSON passes", "[tasks][syntax]") {
  for (const char* text : {"null", " [ ] ", "{}", "-0.5e+10", "\"\\u00e9\\ud83d\\ude00\"",
                           "[[],{},[{}],\"\"]", R"({"a": {"b": [1, true, null]}, "c": ""})"}) {
    INFO(text);
    CHECK_FALSE(find_syntax_error(text));
  }
}

TEST_CASE("depth is refused, not recursed into", "[tasks][syntax]") {
  const std::string deep(1'000'000, '[');
  const auto found = find_syntax_error(deep);
  REQUIRE(found);
  CHECK(found->offset == 1000);
  for (const std::string& text :
       {deep, "[" + deep, R"({"x": )" + deep, R"({"tasks": )" + deep, R"([{"env": )" + deep,
        "[{\"image\": " + deep + std::string(1'000'000, ']') + "}]"}) {
    const parsed p = parse_document(text);
    REQUIRE_FALSE(p.problems.empty());
    CHECK(p.problems.back().words.find("not JSON") == 0);
  }
}

TEST_CASE("a syntax error of a document is at its line and column", "[tasks][syntax]") {
  const parsed p = parse_document("{\n  \"tasks\": [\n    {\"id\": \"a\"\n  ]\n}\n");
  REQUIRE_FALSE(p.problems.empty());
  CHECK(p.problems.back().at.line == 4);
  CHECK(p.problems.back().at.column == 3);
  const parsed open = parse_document("{\n  \"tasks\": [\n    {\"id\": \"a\"\n");
  CHECK(open.problems.back().words.find("still open is the '{' of 3:5") != std::string::npos);
  const parsed bad = parse_document("[\n\"\xC3\xA4 \xFF\"]");
  REQUIRE(bad.problems.size() == 1);
  CHECK(bad.problems[0].at.line == 2);
  CHECK(bad.problems[0].at.column == 5);
}

TEST_CASE("the scanner, simdjson and the document's reader agree on what is JSON", "[tasks][syntax]") {
  const unsigned seed = Catch::rngSeed() ? Catch::rngSeed() : std::random_device{}();
  INFO("seed=" << seed);
  std::mt19937 random(seed);
  const std::string_view pieces = "{}[]:,\"\\ \n\t0123456789.eE+-truefalsn/x\xC3\xA4\xFF\x01u";
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(sample);
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
      case 0:
        text.erase(at, 1 + random() % 3);
        break;
      case 1:
        text.insert(at, 1, pieces[random() % pieces.size()]);
        break;
      case 2:
        text[at] = pieces[random() % pieces.size()];
        break;
      default:
        text.resize(random() % 50 == 0 ? at : text.size() - random() % 2);
      }
      if (text.empty())
        text = " ";
    }
    const bool json = dom_accepts(text);
    INFO(text);
    REQUIRE(find_syntax_error(text).has_value() == !json);
    REQUIRE(says_not_json(parse_document(text)) == !json);
    refused += json ? 0 : 1;
  }
  CHECK(refused > 5'000);
  CHECK(refused < 19'000);
}

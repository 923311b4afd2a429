#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/nearest_word.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/text_table.hpp"

#include <catch2/catch.hpp>

using namespace settle::cli;
using std::chrono::milliseconds;

TEST_CASE("durations are read exactly", "[program][duration]") {
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("20s") == milliseconds(20'000));
  CHECK(parse_duration("5m") == milliseconds(300'000));
  CHECK(parse_duration("2h") == milliseconds(7'200'000));
  CHECK(parse_duration("1d") == milliseconds(86'400'000));
  CHECK(parse_duration("0s") == milliseconds(0));
  CHECK(parse_duration("9223372036854775807ms") == milliseconds::max());
  for (const char* wrong : {"", "5", "s", "5 s", "-5s", "+5s", "5S", "5sec", "1.5s", "5s ", " 5s", "0x5s",
                            "9223372036854775808ms", "99999999999999999h", "99999999999999999999s"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}

TEST_CASE("durations are shown in their two largest units", "[program][duration]") {
  CHECK(short_duration(milliseconds(-5)) == "0s");
  CHECK(short_duration(milliseconds(999)) == "0s");
  CHECK(short_duration(milliseconds(59'999)) == "59s");
  CHECK(short_duration(milliseconds(270'000)) == "4m30s");
  CHECK(short_duration(milliseconds(7'500'000)) == "2h5m");
  CHECK(short_duration(milliseconds(97'200'000)) == "1d3h");
}

TEST_CASE("a mistyped word finds its neighbour, a strange one does not", "[program][nearest]") {
  const std::vector<std::string> known{"run", "validate", "show", "help"};
  CHECK(nearest_word("rnu", known) == "run");
  CHECK(nearest_word("vaildate", known) == "validate");
  CHECK(nearest_word("validat", known) == "validate");
  CHECK(nearest_word("shwo", known) == "show");
  CHECK(nearest_word("submit", known).empty());
  CHECK(nearest_word("x", known).empty());
  CHECK(nearest_word("", known).empty());
  CHECK(nearest_word(std::string(100'000, 'r'), known).empty());
}

TEST_CASE("nothing from outside moves the cursor or forges a line", "[program][screen]") {
  CHECK(printable("plain \xE6\x97\xA5 text") == "plain \xE6\x97\xA5 text");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(printable("\x1b[31mred") == "\\x1b[31mred");
  CHECK(printable("\x7f\xC2\x9B") == "\\x7f\\x9b");
  CHECK(printable("\xff\xE6\x97") == "\\xff\\xe6\\x97");
  CHECK(printable("\xE2\x80\xAE"
                  "evil") == "\\u202eevil");
  CHECK(printable(std::string_view("\0x", 2)) == "\\x00x");
}

TEST_CASE("text is cut by columns, never inside a character", "[program][screen]") {
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("\xE6\x97\xA5\xE6\x9C\xAC") == 4);
  CHECK(columns_of("e\xCC\x81") == 1);
  CHECK(fit("abcdef", 6) == "abcdef");
  CHECK(fit("abcdef", 4) == "abc\xE2\x80\xA6");
  CHECK(fit("\xE6\x97\xA5\xE6\x9C\xAC", 3) == "\xE6\x97\xA5\xE2\x80\xA6");
  CHECK(fit("\xE6\x97\xA5\xE6\x9C\xAC", 2) == "\xE2\x80\xA6");
  CHECK(fit("abc", 0).empty());
}

TEST_CASE("colour is only there when it is wanted", "[program][screen]") {
  CHECK(paint("x", colour::red, false) == "x");
  CHECK(paint("x", colour::red, true) == "\x1b[31mx\x1b[0m");
}

TEST_CASE("a table is aligned by columns and has no trailing blanks", "[program][table]") {
  CHECK(text_table({{"ITEM", "STATE", "X"}, {"a", "failed", ""}, {"\xE6\x97\xA5", "x", "y"}}, 0, {}) ==
        "ITEM  STATE   X\n"
        "a     failed\n"
        "\xE6\x97\xA5    x       y\n");
  CHECK(text_table({}, 80, {0}).empty());
}

TEST_CASE("only elastic columns are cut, so far as they must", "[program][table]") {
  const std::string wide(100, 'x');
  const std::vector<std::vector<std::string>> rows{{"ITEM", "CAUSE", "WORDS", "LOG"},
                                                   {wide, "dependency_failed", wide, "logs/1.err"}};
  for (const std::size_t width : {60u, 80u, 120u, 300u}) {
    const std::string text = text_table(rows, width, {0, 2});
    CAPTURE(width, text);
    const std::string last = text.substr(text.find('\n') + 1);
    CHECK(columns_of(last.substr(0, last.size() - 1)) == std::min<std::size_t>(width, 233));
    CHECK(last.find("dependency_failed") != std::string::npos);
    CHECK(last.find("logs/1.err") != std::string::npos);
  }
  const std::string narrow = text_table(rows, 10, {0, 2});
  CHECK(narrow.find("dependency_failed  xxxxxxx\xE2\x80\xA6  logs/1.err") != std::string::npos);
}

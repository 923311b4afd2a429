#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace settle::slurm;

namespace {

template <class T>
using examples = std::vector<std::pair<std::string, std::optional<T>>>;

}  // namespace

TEST_CASE("a number is read up to its type's last value and not beyond", "[slurm][fields]") {
  CHECK(field::number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  CHECK(field::number<std::uint64_t>("18446744073709551614") == UINT64_MAX - 1);
  CHECK(field::number<std::uint64_t>("9999999999999999999") == 9999999999999999999u);
  CHECK(field::number<std::uint32_t>("4294967295") == UINT32_MAX);
  CHECK(field::number<std::uint64_t>("00000000000000000007") == 7u);
  for (const auto* text :
       {"18446744073709551616", "18446744073709551620", "28446744073709551615", "99999999999999999999",
        "1844674407370955161x", "x8446744073709551615", "184467440737095516150", "", "-1", "1 "}) {
    INFO(text);
    CHECK_FALSE(field::number<std::uint64_t>(text));
  }
  for (const auto* text : {"4294967296", "99999999999999999999", "18446744073709551615"})
    CHECK_FALSE(field::number<std::uint32_t>(text));
}

TEST_CASE("a number of any length is refused for one wrong byte anywhere in it", "[slurm][fields]") {
  const std::string digits = "00005678901234567890";
  for (std::size_t length = 1; length <= digits.size(); ++length)
    for (std::size_t at = 0; at < length; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        auto text = digits.substr(0, length);
        text[at] = static_cast<char>(byte);
        const bool is_digit = byte >= '0' && byte <= '9';
        const bool overflows = length == 20 && at == 0 && byte > '1';
        const auto value = field::number<std::uint64_t>(text);
        REQUIRE(value.has_value() == (is_digit && !overflows));
        REQUIRE((!value || *value == std::stoull(text)));
      }
}

TEST_CASE("a line is cut at every bar, wherever it stands, and at no other byte", "[slurm][fields]") {
  for (std::size_t length = 0; length <= 40; ++length)
    for (std::size_t first = 0; first < length; ++first)
      for (const char other : {'\0', '{', '}', '\xfc', '\xff', 'a'}) {
        std::string line(length, other);
        line[first] = line[length - 1] = '|';
        std::array<std::string_view, 3> out;
        const bool twice = first + 1 < length;
        REQUIRE(field::split(line, out) == (twice ? 3u : 2u));
        REQUIRE(out[0] == std::string_view(line).substr(0, first));
        REQUIRE(out[1] == std::string_view(line).substr(first + 1, twice ? length - first - 2 : 0));
        REQUIRE((!twice || out[2].empty()));
      }
  std::array<std::string_view, 3> out;
  CHECK(field::split("a", out) == 1);
  CHECK(field::split("", out) == 1);
  CHECK(field::split("a|b|c|d|e|f|g|h|i|j", out) == 3);
  CHECK(out[2] == "c|d|e|f|g|h|i|j");
}

TEST_CASE("a job id is a whole 32-bit number that is not one of Slurm's marks", "[slurm][fields]") {
  const examples<std::uint64_t> table{{"1", 1},
                                      {"4294967293", 4294967293},
                                      {"007", 7},
                                      {"", {}},
                                      {"0", {}},
                                      {"-1", {}},
                                      {"+1", {}},
                                      {" 1", {}},
                                      {"1 ", {}},
                                      {"1x", {}},
                                      {"N/A", {}},
                                      {"4294967294", {}},
                                      {"4294967295", {}},
                                      {"18446744073709551616", {}},
                                      {"99999999999999999999999", {}}};
  for (const auto& [text, id] : table) {
    INFO(text);
    CHECK(field::job_id(text) == id);
  }
}

TEST_CASE("a time is an epoch or absent, never a calendar date read as one", "[slurm][fields]") {
  const examples<std::int64_t> table{{"1795425813", 1795425813},
                                     {"", {}},
                                     {"0", {}},
                                     {"Unknown", {}},
                                     {"None", {}},
                                     {"N/A", {}},
                                     {"NONE", {}},
                                     {"2026-11-23T01:47:31", {}},
                                     {"-5", {}},
                                     {"01:47:31", {}},
                                     {"9223372036854775808", {}},
                                     {"1e9", {}}};
  for (const auto& [text, time] : table) {
    INFO(text);
    CHECK(field::epoch(text) == time);
  }
}

TEST_CASE("CPU time is read in each of sacct's three forms", "[slurm][fields]") {
  const examples<std::int64_t> table{{"00:00.002", 2},
                                     {"00:00:00", 0},
                                     {"01:02.5", 62'500},
                                     {"12:34:56", 45'296'000},
                                     {"1-02:03:04", 93'784'000},
                                     {"00:00.01", 10},
                                     {"10:00", 600'000},
                                     {"1-00:00:00.250", 86'400'250},
                                     {"", {}},
                                     {"5", {}},
                                     {":", {}},
                                     {"1-02:03", {}},
                                     {"1:2:3:4", {}},
                                     {"00:00.", {}},
                                     {"00:00.0001", {}},
                                     {"-00:01", {}},
                                     {"a:b", {}},
                                     {"1-", {}},
                                     {"01:02:03.004", 3'723'004},
                                     {"99:99.999", 6'039'999},
                                     {"100:01:02.5", 360'062'500},
                                     {"1:002:003", 3'723'000},
                                     {"01:02:0x", {}},
                                     {"01:02.00:", {}},
                                     {"01:02:03:004", {}},
                                     {"01.02:03.004", {}},
                                     {"/1:02:03", {}},
                                     {"9223372036854775807-00:00:00", {}},
                                     {"99999999999999999999:00", {}}};
  for (const auto& [text, time] : table) {
    INFO(text);
    CHECK(field::cpu_ms(text) == time);
  }
}

TEST_CASE("memory is read in units of 1024, exactly or not at all", "[slurm][fields]") {
  const examples<std::int64_t> table{{"0", 0},
                                     {"5016K", 5'136'384},
                                     {"1.5M", 1'572'864},
                                     {"286252K", 293'122'048},
                                     {"2G", 2'147'483'648},
                                     {"1T", 1'099'511'627'776},
                                     {"123", 123},
                                     {"0.25K", 256},
                                     {"7E", 8'070'450'532'247'928'832},
                                     {"", {}},
                                     {"K", {}},
                                     {".5K", {}},
                                     {"1.K", {}},
                                     {"-1K", {}},
                                     {"5016k", {}},
                                     {"5016KB", {}},
                                     {"8E", {}},
                                     {"99999999999G", {}},
                                     {"1,5M", {}},
                                     {"16?", {}}};
  for (const auto& [text, size] : table) {
    INFO(text);
    CHECK(field::bytes(text) == size);
  }
}

TEST_CASE("an array expression that was cut is not an array expression", "[slurm][fields]") {
  for (const auto* whole : {"0", "1,3", "1-5", "1-399:2%7", "0,2,4,10-20", "3-4,6%2", "0-4294967295"}) {
    INFO(whole);
    CHECK(field::is_task_expression(whole));
  }
  for (const auto* cut : {"", "1,", "1,3,", "1-", "1-5:", "1-5%", "...", "1,3,...", "1,3...%7", ",1", "5-1",
                          "1-5:0", "1 ,2", "a", "1;2", "1,,2", "4294967296", "%2"}) {
    INFO(cut);
    CHECK_FALSE(field::is_task_expression(cut));
  }
}

TEST_CASE("an id column gives its array tasks, and none where it was cut", "[slurm][fields]") {
  const auto none = array_tasks{};
  const std::vector<std::pair<std::string, array_tasks>> table{{"145", none},
                                                               {"108+0", none},
                                                               {"145_3", {145, 3, ""}},
                                                               {"86_3.batch", {86, 3, ""}},
                                                               {"145_[1,3-9%4]", {145, {}, "1,3-9%4"}},
                                                               {"34_[7]", {34, 7, ""}},
                                                               {"145_[1-399:2%7].0", {145, {}, "1-399:2%7"}},
                                                               {"145_[1,3,5,7,9,11,13,15,17,19,21,", none},
                                                               {"145_[1,11,4...%7]", none},
                                                               {"145_[]", none},
                                                               {"145_", none},
                                                               {"29_*", none},
                                                               {"_3", none},
                                                               {"", none},
                                                               {"145_3x", none},
                                                               {"145_4294967296", none}};
  for (const auto& [text, tasks] : table) {
    INFO(text);
    CHECK(parse_array_id(text) == tasks);
  }
}

TEST_CASE("a code pair is read whole; absent is not zero", "[slurm][fields]") {
  const auto absent = code{};
  const std::vector<std::pair<std::string, code>> table{
      {"0:0", {0, 0}},     {"12:0", {12, 0}},      {"0:9", {0, 9}},   {"0:125", {0, 125}},
      {"255:0", {255, 0}}, {"35072", {137, 0}},    {"9", {0, 9}},     {"0", {0, 0}},
      {"4021", {0, 53}},   {"", absent},           {":", absent},     {"1:", absent},
      {":9", absent},      {"256:0", absent},      {"0:128", absent}, {"-1:0", absent},
      {"1:2:3", absent},   {"4294967294", absent}, {"-2", absent},    {"65536", absent},
      {"N/A", absent}};
  for (const auto& [text, value] : table) {
    INFO(text);
    CHECK(parse_code_pair(text) == value);
  }
}

TEST_CASE("every wait status decodes as the system's own macros would", "[slurm][fields]") {
  for (std::int64_t raw = 0; raw <= 0xffff; ++raw) {
    const auto c = decode_wait_status(raw);
    const auto signal = raw & 0x7f;
    if (signal == 0x7f)
      REQUIRE(c == code{});
    else if (signal != 0)
      REQUIRE(c == code{0, static_cast<std::int32_t>(signal)});
    else
      REQUIRE(c == code{static_cast<std::int32_t>(raw >> 8), 0});
  }
  for (const std::int64_t raw :
       {INT64_C(-1), INT64_C(-2), INT64_C(65536), INT64_C(4294967294), INT64_MAX, INT64_MIN})
    CHECK(decode_wait_status(raw) == code{});
}

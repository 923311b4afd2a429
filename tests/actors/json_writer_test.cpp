// The writer of all JSON lines looks at eight bytes at a time: no byte at any place of a text may pass for a plain one that is
// none.
#include "actors/translate/json_writer.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

using settle::actors::json_writer;

namespace {

std::string line_with(const std::string& value) {
  json_writer w;
  w.open();
  w.text("a", value);
  w.close();
  return w.take();
}

/// One byte among letters, as JSON has it (RFC 8259), U+FFFD for what is no UTF-8.
std::string escaped(unsigned char c) {
  switch (c) {
  case '"':
    return "\\\"";
  case '\\':
    return "\\\\";
  case '\b':
    return "\\b";
  case '\f':
    return "\\f";
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    break;
  }
  if (c >= 0x80)
    return "\xEF\xBF\xBD";
  if (c >= 0x20)
    return std::string(1, static_cast<char>(c));
  const char* hex = "0123456789ABCDEF";
  return std::string("\\u00") + hex[c >> 4] + hex[c & 15];
}

}  // namespace

TEST_CASE("any byte at any place of a text is written as JSON has it", "[actors][json]") {
  for (std::size_t size = 1; size <= 25; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int c = 0; c < 256; ++c)
        for (const char other : {'x', '~', ' '}) {
          std::string value(size, other);
          value[at] = static_cast<char>(c);
          const auto expected = "{\"a\":\"" + std::string(at, other) +
                                escaped(static_cast<unsigned char>(c)) + std::string(size - at - 1, other) +
                                "\"}";
          if (line_with(value) != expected)
            FAIL("byte " << c << " at " << at << " of " << size << ": " << line_with(value));
        }
  CHECK(line_with("") == "{\"a\":\"\"}");
  CHECK(line_with({}) == "{\"a\":\"\"}");
}

TEST_CASE("numbers are written whole", "[actors][json]") {
  json_writer w;
  w.open();
  w.whole("a", std::numeric_limits<std::uint64_t>::max());
  w.whole_or_null("b", std::numeric_limits<std::int64_t>::min());
  w.whole("c", 0);
  w.seconds("d", 1'795'779'223'005);
  w.seconds("e", 1'500);
  w.seconds("f", 2'000);
  w.close();
  CHECK(w.take() ==
        R"({"a":18446744073709551615,"b":-9223372036854775808,"c":0,"d":1795779223.005,"e":1.5,"f":2.0})");
}

TEST_CASE("lines that go out together are whole, however the writer is emptied and moved between them",
          "[actors][json]") {
  json_writer w;
  std::string all, expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string value(static_cast<std::size_t>(i * 7 % 900), 'v');
    w.open();
    w.text("n", value);
    w.close();
    w.end_line();
    expected += "{\"n\":\"" + value + "\"}\n";
    if (i % 101 == 0)
      w = json_writer(std::move(w));
    if (i % 37 == 0)
      all += w.take();
    if (i % 1000 == 999)
      CHECK(w.size() < 900 * 37);
  }
  all += w.take();
  CHECK((all == expected));
  CHECK(w.take().empty());
}

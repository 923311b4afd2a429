// What the tests of the reading commands share: runs to read, and a command called to its end.
#pragma once

#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

namespace settle::tests {

/// Waits for the file `go`, then ends with `code`.
inline std::string waiting_task(const std::string& id, int code) {
  return "{\"id\": \"" + id + "\", \"name\": \"t\", \"command\": " +
         quoted("echo first; echo wrong >&2; while [ ! -e go ]; do sleep 0.1; done; echo second; exit " +
                std::to_string(code)) +
         "}";
}

struct ended {
  int code;
  std::string out, err;
};

inline ended call(const workshop& shop, std::vector<std::string> words) {
  program p(shop.settle(std::move(words)));
  p.finish();
  INFO(p.err());
  CHECK(p.ended_by() == 0);
  return {p.exit_code(), p.out(), p.err()};
}

inline std::string run_to_end(const workshop& shop, const std::string& tasks, int code) {
  program p(shop.local(shop.document(tasks), {"--json", "--title", "a title"}));
  p.finish();
  INFO(p.err());
  REQUIRE(p.exit_code() == code);
  return p.out();
}

inline constexpr const char* one_fails = R"([{"id": "good", "name": "t", "command": "echo fine; echo oh >&2"},
  {"id": "bad", "name": "t", "command": "exit 3"},
  {"id": "after", "name": "t", "command": "true", "deps": ["bad"]}])";

}  // namespace settle::tests

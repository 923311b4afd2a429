// Runs on this machine that a settle has left, for the tests that go on with them.
#pragma once

#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace settle::tests {

inline std::string task(const workshop& shop, const std::string& id, const std::string& ends) {
  return "{\"id\": " + quoted(id) + ", \"name\": \"t\", \"command\": " +
         quoted("echo ran >>" + (shop.work() / ("ran-" + id)).string() + "; " + ends) + "}";
}

/// Two tasks that wait for the file `go`, and one that follows the first.
inline std::string waiting_tasks(const workshop& shop) {
  const std::string wait = "while [ ! -e go ]; do sleep 0.05; done; ";
  const auto next = task(shop, "next", "exit 0");
  return "[" + task(shop, "a", wait + "exit 0") + "," + task(shop, "b", wait + "kill -9 $$") + "," +
         next.substr(0, next.size() - 1) + ", \"deps\": [\"a\"]}]";
}

inline invocation resume(const workshop& shop, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"run", "--resume", "last", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return shop.settle(words);
}

inline std::map<std::string, told> verdicts_in_journal(const workshop& shop) {
  std::istringstream lines(read_file(shop.only_run() / "journal.ndjson"));
  std::string stream;
  for (std::string line; std::getline(lines, line);)
    if (has(line, "\"event\":\"item\""))
      stream += line + "\n";
  std::map<std::string, told> last;
  for (const auto& e : read_stream(stream)) {
    INFO(e.item);
    const auto known = last.find(e.item);
    CHECK((known == last.end() || known->second.cause.empty()));  // a verdict is never followed by anything
    last[e.item] = e;
  }
  return last;
}

inline std::size_t started(const workshop& shop) {
  std::size_t found = 0;
  for (const char* id : {"a", "b"})
    found += std::filesystem::exists(shop.work() / (std::string("ran-") + id)) ? 1 : 0;
  return found;
}

inline void until_started(program& p, const workshop& shop) {
  REQUIRE(p.wait_until([&](const auto& out, const auto&) {
    return started(shop) == 2 && times(out, "\"status\":\"running\"") >= 2;
  }));
}

inline void leave_killed(const workshop& shop, const std::string& text) {
  program first(shop.local(shop.document(text), {"--json", "--slots", "4"}));
  until_started(first, shop);
  first.signal(SIGKILL);
  first.finish();
}

}  // namespace settle::tests

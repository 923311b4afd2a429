// settle prune --compact: journals of finished runs become shorter and tell the same.
#include "tests/system/reading.hpp"

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

fs::path journal_of(const workshop& shop) {
  return shop.only_run() / "journal.ndjson";
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

/// What readers of every kind say of the run; times in whole seconds, as Slurm tells them.
std::vector<std::string> everything_said(const workshop& shop) {
  std::vector<std::string> said;
  for (const auto& words : std::vector<std::vector<std::string>>{{"show", "last", "--json"},
                                                                 {"status", "last", "--json"},
                                                                 {"list", "--json"},
                                                                 {"export", "last"},
                                                                 {"logs", "last", "good"}}) {
    const auto heard = call(shop, words);
    CHECK(heard.code == 0);
    said.push_back(std::regex_replace(heard.out, std::regex(R"(\.[0-9]+\+00:00)"), "+00:00"));
  }
  return said;
}

/// A run on fake Slurm with a failure and one that never started; its journal has a line for each change.
void run_on_slurm(const workshop& shop, invocation& what) {
  shop.knob("queue_time", "1");
  what = shop.slurm(shop.document(one_fails), {"--json"});
  program p(what);
  p.finish();
  INFO(p.err());
  REQUIRE(p.exit_code() == 1);
}

}  // namespace

TEST_CASE("a journal that was made shorter tells the same, and its run can be gone on with",
          "[system][prune][compaction]") {
  const workshop shop;
  invocation what;
  run_on_slurm(shop, what);
  const auto before = read_file(journal_of(shop));
  const auto said = everything_said(shop);
  REQUIRE(count_of(before, "intent\"") == 2);

  const auto dry = call(shop, {"prune", "--compact", "--dry-run", "last"});
  CHECK(has(dry.out, "would make shorter 1 journal"));
  CHECK(read_file(journal_of(shop)) == before);

  const auto done = call(shop, {"prune", "--compact", "--json", "last"});
  CHECK(done.code == 0);
  const auto after = read_file(journal_of(shop));
  CHECK(has(done.out, "\"bytes_before\":" + std::to_string(before.size()) +
                          ",\"bytes_after\":" + std::to_string(after.size())));
  CHECK(after.size() < before.size());
  CHECK(count_of(after, "intent\"") == 0);
  CHECK(count_of(after, "\"status\":\"settling\"") == 0);
  CHECK(count_of(after, "\"status\":\"queued\"") == 0);
  CHECK(everything_said(shop) == said);
  CHECK_FALSE(fs::exists(journal_of(shop).string() + ".compacted"));

  CHECK(call(shop, {"watch", "last", "--exit-status"}).code == 1);
  const auto again = call(shop, {"prune", "--compact", "last"});
  CHECK(again.out == "nothing to make shorter; 1 run made shorter before\n");
  CHECK(read_file(journal_of(shop)) == after);

  auto resume = shop.settle({"run", "--resume", "last"});
  resume.environment = what.environment;
  program resumed(resume);
  resumed.finish();
  CHECK(resumed.exit_code() == 1);
  CHECK(shop.jobs() == 2);
  CHECK(call(shop, {"retry", "last"}).code == 0);
}

TEST_CASE("what is young, unfinished or damaged keeps its journal", "[system][prune][compaction]") {
  const workshop shop;
  run_to_end(shop, one_fails, 1);
  const auto before = read_file(journal_of(shop));
  SECTION("young") {
    CHECK(call(shop, {"prune", "--compact"}).out ==
          "nothing to make shorter; kept 1 run: 1 younger than 30d\n");
    CHECK(read_file(journal_of(shop)) == before);
    CHECK(has(call(shop, {"prune", "--compact", "--older-than", "0s"}).out, "made shorter 1 journal"));
  }
  SECTION("unfinished") {
    const auto cut = before.substr(0, before.rfind('\n', before.size() - 2) + 1);
    write_file(journal_of(shop), cut);
    CHECK(call(shop, {"prune", "--compact", "last"}).code == 2);
    CHECK(read_file(journal_of(shop)) == cut);
  }
  SECTION("damaged in the middle") {
    auto text = before;
    text.replace(text.find("\"event\":\"intent\""), 9, "\"event\";\"");
    write_file(journal_of(shop), text);
    const auto done = call(shop, {"prune", "--compact", "last"});
    CHECK(done.code == 3);
    CHECK(has(done.err, "journal.ndjson:4: no JSON object"));
    CHECK(read_file(journal_of(shop)) == text);
  }
  SECTION("that one which was killed left half a copy beside it harms nobody") {
    write_file(journal_of(shop).string() + ".compacted", "{\"event\":\"run\",\"v\":1,");
    CHECK(call(shop, {"show", "last"}).code == 0);
    CHECK(call(shop, {"prune", "--compact", "last"}).code == 0);
    CHECK_FALSE(fs::exists(journal_of(shop).string() + ".compacted"));
  }
}

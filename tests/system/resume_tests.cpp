// A run whose settle was killed, gone on with by another one, on the fake Slurm: nothing runs twice, nothing is lost.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

using namespace settle::tests;
using std::chrono::seconds;

namespace {

/// Each task writes one line when it runs.
std::string counted(const workshop& shop, int tasks, const std::string& and_then) {
  std::string text;
  for (int i = 0; i < tasks; ++i) {
    const auto id = std::to_string(i);
    text += (text.empty() ? "[" : ",") + ("{\"id\": " + quoted(id)) + ", \"name\": \"t\", \"command\": " +
            quoted("echo ran >>" + (shop.work() / ("ran-" + id)).string() + "; " + and_then) + "}";
  }
  return text + "]";
}

void check_each_ran_once(const workshop& shop, int tasks) {
  for (int i = 0; i < tasks; ++i) {
    INFO(i);
    CHECK(read_file(shop.work() / ("ran-" + std::to_string(i))) == "ran\n");
  }
}

invocation resume(const workshop& shop, std::vector<std::string> more = {}) {
  std::vector<std::string> words{
      "run", "--resume",           "last", "--poll-interval", "1s", "--search-silence",
      "1s",  "--command-deadline", "2s",   "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return shop.settle(words);
}

}  // namespace

TEST_CASE("a killed run goes on where its journal ends, and every task runs once", "[system][resume]") {
  const workshop shop;
  auto what = shop.slurm(shop.document(counted(shop, 6, "sleep 3")), {"--json", "--max-concurrent", "3"});
  {
    program first(what);
    // With all three running no sbatch is under way: the fake one, unlike the real, can die between a job's row and
    // its start. tests/live kills at any moment.
    REQUIRE(first.wait_until(
        [](const auto& out, const auto&) { return times(out, "\"status\":\"running\"") == 3; }));
    first.signal(SIGKILL);
    first.finish();
  }
  auto again = resume(shop);
  again.environment = what.environment;
  program second(again);
  second.finish();
  INFO(second.err());
  INFO(second.out());
  CHECK(second.exit_code() == 0);
  CHECK(has(second.out(), "\"event\":\"run_finished\""));
  CHECK_FALSE(has(second.out(), "\"event\":\"run_started\""));  // told by the first
  check_each_ran_once(shop, 6);
  CHECK(shop.jobs() == 6);
}

TEST_CASE("a run that another process supervises is not taken, unless it is said", "[system][resume]") {
  const workshop shop;
  auto what = shop.slurm(shop.document(counted(shop, 2, "sleep 6")), {"--json"});
  program first(what);
  REQUIRE(first.wait_until([](const auto& out, const auto&) { return has(out, "\"status\":\"running\""); }));
  auto again = resume(shop);
  again.environment = what.environment;
  {
    program refused(again);
    refused.finish();
    CHECK(refused.exit_code() == 3);
    CHECK(has(refused.err(), "is held by process " + std::to_string(first.pid())));
  }
  again.argv.push_back("--take-over");
  program second(again);
  second.finish();
  INFO(second.err());
  CHECK(second.exit_code() == 0);
  first.finish();
  CHECK(first.exit_code() == 3);
  CHECK(has(first.err() + first.out(), "another process has taken over run"));
  check_each_ran_once(shop, 2);
}

TEST_CASE("a finished run that is resumed says its verdict again and submits nothing", "[system][resume]") {
  const workshop shop;
  auto what = shop.slurm(shop.document(counted(shop, 1, "exit 4")), {"--json"});
  program first(what);
  first.finish();
  REQUIRE(first.exit_code() == 1);
  auto again = resume(shop);
  again.environment = what.environment;
  program second(again);
  second.finish(seconds(30));
  CHECK(second.exit_code() == 1);
  CHECK(shop.calls("sbatch") == 1);
}

TEST_CASE("a journal that is damaged in the middle is not gone on with", "[system][resume]") {
  const workshop shop;
  auto what = shop.slurm(shop.document(counted(shop, 1, "true")), {"--json"});
  program first(what);
  first.finish();
  REQUIRE(first.exit_code() == 0);
  const auto journal = shop.only_run() / "journal.ndjson";
  auto text = read_file(journal);
  text.replace(text.find("\"event\":\"intent\""), 9, "\"event\";\"");
  write_file(journal, text);
  auto again = resume(shop);
  again.environment = what.environment;
  program second(again);
  second.finish(seconds(30));
  CHECK(second.exit_code() == 3);
  CHECK(has(second.err(), "journal.ndjson:4: no JSON object"));
  CHECK(shop.calls("sbatch") == 1);
}

TEST_CASE(
    "--resume of a finished run asks on about what is unconfirmed, and its exit code is what accounting told",
    "[system][resume]") {
  const workshop shop;
  shop.knob("sacct_never");
  auto what = shop.slurm(shop.document(R"([{"id":"a","name":"a","command":"sleep 3; exit 3"}])"),
                         {"--witness", "off", "--settle-no-record", "3s"});
  program first(what);
  first.finish();
  REQUIRE(first.exit_code() == 4);
  const auto again = [&](std::vector<std::string> more = {}) {
    auto next = resume(shop, std::move(more));
    next.environment = what.environment;
    return next;
  };
  SECTION("which tells") {
    program second(again());
    CHECK(second.wait_until([](const auto&, const auto& err) { return has(err, "1 unconfirmed"); }));
    shop.unset("sacct_never");
    second.finish();
    CHECK(second.exit_code() == 1);
    CHECK(has(second.out(), R"("event":"verdict_corrected")"));
  }
  SECTION("which stays silent until somebody leaves") {
    program second(again());
    CHECK(second.wait_until([](const auto&, const auto& err) { return has(err, "1 unconfirmed"); }));
    second.signal(SIGTERM);
    second.finish();
    CHECK(second.exit_code() == 4);
  }
  SECTION("but not where that is accepted") {
    program second(again({"--unconfirmed", "accept"}));
    second.finish();
    CHECK(second.exit_code() == 0);
  }
}

TEST_CASE("--resume does not go with a document, and an unknown run is refused", "[system][resume]") {
  const workshop shop;
  program both(shop.settle({"run", shop.document("[]"), "--resume", "last"}));
  both.finish();
  CHECK(both.exit_code() == 2);
  program useless(shop.settle({"run", shop.document("[]"), "--take-over", "--backend", "local"}));
  useless.finish();
  CHECK(useless.exit_code() == 0);
  CHECK(has(useless.err(), "--take-over does nothing without --resume"));
  program unknown(shop.settle({"run", "--resume", "nosuch"}));
  unknown.finish();
  CHECK(unknown.exit_code() == 2);
}

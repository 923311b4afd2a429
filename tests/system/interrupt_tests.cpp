// Signals, terminals, and readers that go away: what the program does when it is not simply left alone.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>

#include <unistd.h>

using namespace settle::tests;

namespace {

/// Three tasks of which two run at once, until the test says so: each waits for the file `go`.
std::string waiting_tasks() {
  std::string text;
  for (const char* id : {"a", "b", "c"})
    text += (text.empty() ? "[" : ",") + std::string("{\"id\": \"") + id +
            "\", \"name\": \"t\", \"command\": " +
            quoted("touch started.$SETTLE_ITEM_ID; while [ ! -e go ]; do sleep 0.1; done; touch "
                   "done.$SETTLE_ITEM_ID") +
            "}";
  return text + "]";
}

bool exists(const workshop& shop, const std::string& name) {
  return std::filesystem::exists(shop.work() / name);
}

/// Until both slots are taken.
void wait_for_two(program& p, const workshop& shop) {
  REQUIRE(p.wait_until(
      [&](const auto&, const auto&) { return exists(shop, "started.a") && exists(shop, "started.b"); }));
}

bool eventually(const std::function<bool()>& true_at_last) {
  for (int i = 0; i < 200; ++i) {
    if (true_at_last())
      return true;
    ::usleep(100'000);
  }
  return false;
}

}  // namespace

TEST_CASE("one signal detaches: exit code 3, and the tasks keep running", "[system][signals]") {
  const workshop shop;
  const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  program p(shop.local(shop.document(waiting_tasks()), {"--max-concurrent", "2", "--slots", "2"}));
  wait_for_two(p, shop);
  p.signal(number);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 3);
  CHECK(has(p.err(), "2 jobs keep running, 1 never submitted"));
  CHECK(has(p.err(), "Go on with it: settle run --resume "));
  CHECK(has(p.err(), "settle show "));
  CHECK_FALSE(exists(shop, "done.a"));
  write_file(shop.work() / "go", "");
  CHECK(eventually([&] { return exists(shop, "done.a") && exists(shop, "done.b"); }));
  CHECK_FALSE(exists(shop, "started.c"));
  program shown(shop.settle({"show", "last"}));
  shown.finish();
  CHECK(has(shown.out(), ": running\n"));
}

TEST_CASE("cancel-on-interrupt ends the tasks and waits for every verdict", "[system][signals]") {
  const workshop shop;
  program p(shop.local(shop.document(waiting_tasks()),
                       {"--max-concurrent", "2", "--slots", "2", "--json", "--cancel-on-interrupt"}));
  wait_for_two(p, shop);
  p.signal(SIGINT);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 1);
  const auto events = read_stream(p.out());
  check_stream(events);
  CHECK(events.back().status == "cancelled");
  for (const auto& [item, e] : verdicts(events)) {
    INFO(item);
    CHECK(e.status == "failed");
    CHECK(e.cause == "cancelled");
  }
  CHECK_FALSE(exists(shop, "started.c"));
}

TEST_CASE("without a terminal a second SIGINT while sbatch is under way cancels",
          "[system][signals][slurm]") {
  const workshop shop;
  shop.knob("sbatch_slow", "3");
  program p(shop.slurm(shop.document(waiting_tasks()), {"--json"}));
  REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("sbatch") > 0; }));
  p.signal(SIGINT);
  REQUIRE(p.wait_until([](const auto&, const auto& err) { return has(err, "leaving run"); }));
  ::usleep(400'000);  // more than interrupts::one_press: a second key press, not an echo of the first
  p.signal(SIGINT);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 1);
  const auto events = read_stream(p.out());
  check_stream(events);
  CHECK(events.back().status == "cancelled");
}

TEST_CASE("on a terminal the second Ctrl-C asks, and yes cancels", "[system][signals][terminal]") {
  const workshop shop;
  invocation what = shop.local(shop.document(waiting_tasks()), {"--max-concurrent", "2", "--slots", "2"});
  what.terminal = true;
  program p(what);
  wait_for_two(p, shop);
  p.type("\x03");
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, "Ctrl-C again"); }));
  ::usleep(400'000);  // more than interrupts::one_press
  p.type("\x03");
  REQUIRE(p.wait_until(
      [](const auto& out, const auto&) { return has(out, "cancel the 2 jobs of this run? [y/N]"); }));
  SECTION("yes") {
    p.type("y\n");
    p.finish();
    INFO(p.out());
    CHECK(p.exit_code() == 1);
    CHECK(has(p.out(), "was cancelled"));
    CHECK_FALSE(exists(shop, "done.a"));
  }
  SECTION("anything else leaves them running") {
    p.type("\n");
    p.finish();
    INFO(p.out());
    CHECK(p.exit_code() == 3);
    CHECK(has(p.out(), "2 jobs keep running"));
    write_file(shop.work() / "go", "");
    CHECK(eventually([&] { return exists(shop, "done.a") && exists(shop, "done.b"); }));
  }
}

TEST_CASE("on a terminal one Ctrl-C leaves after a moment", "[system][signals][terminal]") {
  const workshop shop;
  invocation what = shop.local(shop.document(waiting_tasks()), {"--max-concurrent", "2", "--slots", "2"});
  what.terminal = true;
  program p(what);
  wait_for_two(p, shop);
  p.type("\x03");
  p.finish();
  INFO(p.out());
  CHECK(p.exit_code() == 3);
  write_file(shop.work() / "go", "");
  CHECK(eventually([&] { return exists(shop, "done.a") && exists(shop, "done.b"); }));
}

TEST_CASE("on a terminal there is one line of progress, and it is gone at the end", "[system][terminal]") {
  const workshop shop;
  invocation what = shop.local(shop.document(waiting_tasks()), {"--max-concurrent", "2", "--slots", "2"});
  what.terminal = true;
  program p(what);
  CHECK(
      p.wait_until([](const auto& out, const auto&) { return has(out, "0/3 done  2 running  1 pending"); }));
  write_file(shop.work() / "go", "");
  p.finish();
  INFO(p.out());
  CHECK(p.exit_code() == 0);
  // What a screen shows: text after the last carriage return of each line.
  std::string screen;
  for (std::size_t at = 0; at < p.out().size();) {
    const std::size_t end = std::min(p.out().find("\r\n", at), p.out().size());
    const std::string line = p.out().substr(at, end - at);
    const std::size_t cleared = line.rfind("\r\x1b[K");
    screen += (cleared == std::string::npos ? line : line.substr(cleared + 4)) + "\n";
    at = end + 2;
  }
  INFO(screen);
  CHECK_FALSE(has(screen, "/3 done"));
  CHECK(has(screen, "completed: all 3 items completed, each confirmed"));
}

TEST_CASE("colour is there on a terminal, and not with NO_COLOR", "[system][terminal]") {
  const workshop shop;
  invocation what = shop.local(shop.document(R"([{"id": "a", "name": "a", "command": "exit 1"}])"));
  what.terminal = true;
  const bool plain = GENERATE(false, true);
  if (plain)
    what.environment.push_back("NO_COLOR=1");
  program p(what);
  p.finish();
  CHECK(p.exit_code() == 1);
  CHECK(has(p.out(), "\x1b[31m") != plain);
}

TEST_CASE("a reader that goes away does not end the run", "[system][output]") {
  const workshop shop;
  const bool json = GENERATE(true, false);
  invocation what = shop.local(shop.document(waiting_tasks()),
                               json ? std::vector<std::string>{"--json"} : std::vector<std::string>{});
  SECTION("from the start") {
    what.stdout_closed = true;
    write_file(shop.work() / "go", "");
    program p(what);
    p.finish();
    INFO(p.err());
    CHECK(p.exit_code() == 0);
    CHECK(exists(shop, "done.c"));
  }
  SECTION("in the middle") {
    program p(what);
    REQUIRE(p.wait_until([](const auto& out, const auto&) { return !out.empty(); }));
    p.stop_reading();
    write_file(shop.work() / "go", "");
    p.finish();
    INFO(p.err());
    CHECK(p.exit_code() == 0);
    CHECK(exists(shop, "done.c"));
  }
}

TEST_CASE("a reader that takes nothing keeps no signal waiting", "[system][output]") {
  const workshop shop;
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += (i == 0 ? "[" : ",") + std::string("{\"id\": \"") + std::string(200, 'x') + std::to_string(i) +
            "\", \"name\": \"t\", \"command\": \"true\"}";
  program p(shop.local(shop.document(text + "]"), {"--json"}));
  p.stall();
  // The pipe holds 64 KiB; the stream has more.
  REQUIRE(eventually([&] { return std::filesystem::exists(shop.state() / "runs"); }));
  REQUIRE(eventually([&] {
    std::error_code code;
    return std::filesystem::file_size(shop.only_run() / "journal.ndjson", code) > 200'000 && !code;
  }));
  p.signal(SIGTERM);
  CHECK(p.wait_until([](const auto&, const auto& err) { return has(err, "left run"); }));
  p.finish(std::chrono::seconds(30));
  CHECK(p.ended_by() == 0);
}

TEST_CASE("a state directory that cannot be written is exit code 3", "[system][output]") {
  const workshop shop;
  const std::string file = shop.document(R"([{"id": "a", "name": "a", "command": "touch ran"}])");
  write_file(shop.folder() / "file", "");
  invocation what = shop.local(file, {"--state", (shop.folder() / "file" / "state").string()});
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 3);
  CHECK_FALSE(p.err().empty());
  CHECK_FALSE(exists(shop, "ran"));
}

TEST_CASE("a backend that is not there is exit code 3, never another backend", "[system][output]") {
  const workshop shop;
  invocation what = shop.slurm(shop.document(R"([{"id": "a", "name": "a", "command": "touch ran"}])"));
  what.environment.push_back("PATH=/nonexistent");
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 3);
  CHECK(has(p.err(), "sbatch"));
  CHECK_FALSE(exists(shop, "ran"));
}

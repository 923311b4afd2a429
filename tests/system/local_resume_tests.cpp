// Runs on this machine whose settle was killed or has left, gone on with by another one: tasks go on meanwhile, each
// runs once, and how it ended is found again exactly.
#include "tests/system/local_left.hpp"

#include <optional>

using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

struct kind {
  std::string ends;  ///< what its command does after it has said that it runs
  std::optional<int> exit_code, signal;
};

const std::vector<kind> kinds{
    {"exit 0", 0, {}},
    {"exit 7", 7, {}},
    {"exit 137", 137, {}},
    {"kill -9 $$", {}, SIGKILL},
    {"kill -15 $$", {}, SIGTERM},
    {"sleep 0.8; exit 3", 3, {}},
    {"exec sh -c 'sleep 0.2; kill -9 $$'", {}, SIGKILL},
    {"exec sh -c 'exit 143'", 143, {}},
};

std::string id_of(int i) {
  return "t" + std::to_string(i);
}

std::string tasks_of_kinds(const workshop& shop, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text +=
        (i == 0 ? "[" : ",") + task(shop, id_of(i), kinds[static_cast<std::size_t>(i) % kinds.size()].ends);
  return text + "]";
}

/// Kills it as soon as its stream tells this much.
void kill_after(program& p, std::size_t item_events) {
  p.wait_until([&](const auto& out, const auto&) { return times(out, "\"event\":\"item\"") >= item_events; });
  p.signal(SIGKILL);
  p.finish();
}

/// It goes on to the end of the waiting tasks: their last events.
std::map<std::string, told> ends_as_told(program& settle, const workshop& shop) {
  settle.finish();
  INFO(settle.err());
  CHECK(settle.exit_code() == 1);
  auto last = verdicts_in_journal(shop);
  CHECK(last.at("a").status == "completed");
  CHECK(last.at("b").signal == SIGKILL);
  return last;
}

}  // namespace

TEST_CASE("settle killed again and again: each task runs once, and every end is exact",
          "[system][resume][local][slow]") {
  const workshop shop;
  constexpr int count = 120;
  {
    program first(shop.local(shop.document(tasks_of_kinds(shop, count)), {"--json", "--slots", "6"}));
    kill_after(first, 1);
  }
  int kills = 1;
  for (;; ++kills) {
    program next(resume(shop, {"--slots", "6"}));
    if (kills > 20) {
      next.finish();
      INFO(next.err());
      CHECK(next.exit_code() == 1);
      CHECK(has(next.out(), "\"event\":\"run_finished\""));
      break;
    }
    kill_after(next, static_cast<std::size_t>(kills * 7 % 10));  // 0: while it begins
    if (next.ended_by() == 0)
      break;
  }
  CHECK(kills > 10);
  const auto last = verdicts_in_journal(shop);
  REQUIRE(last.size() == count);
  for (int i = 0; i < count; ++i) {
    const auto& what = kinds[static_cast<std::size_t>(i) % kinds.size()];
    const auto& e = last.at(id_of(i));
    INFO(id_of(i) << ": " << what.ends << ": " << e.status << " " << e.cause << " " << e.error);
    CHECK(read_file(shop.work() / ("ran-" + id_of(i))) == "ran\n");
    CHECK(e.evidence == "process");
    CHECK(e.status == (what.exit_code == 0 ? "completed" : "failed"));
    CHECK(e.exit_code == (what.exit_code ? std::optional<std::int64_t>(*what.exit_code) : std::nullopt));
    CHECK(e.signal == (what.signal ? std::optional<std::int64_t>(*what.signal) : std::nullopt));
  }
}

TEST_CASE("tasks end while no settle lives, and another one tells how", "[system][resume][local]") {
  const workshop shop;
  leave_killed(shop, waiting_tasks(shop));
  write_file(shop.work() / "go", "");
  // Their ends are written by their keepers; nobody of settle's looks.
  program wait({.argv = {"sh", "-c", "while [ $(ls *.end | wc -l) -lt 2 ]; do sleep 0.05; done"},
                .folder = (shop.only_run() / "exits").string()});
  wait.finish();
  program second(resume(shop));
  const auto last = ends_as_told(second, shop);
  CHECK(last.at("next").status == "completed");
  for (const char* id : {"a", "b", "next"})
    CHECK(read_file(shop.work() / (std::string("ran-") + id)) == "ran\n");
}

TEST_CASE("settle that leaves in order is gone on with, and its tasks still run then",
          "[system][resume][local]") {
  const workshop shop;
  program first(shop.local(shop.document(waiting_tasks(shop)), {"--json", "--slots", "4"}));
  until_started(first, shop);
  first.signal(SIGTERM);
  first.finish();
  CHECK(first.exit_code() == 3);
  CHECK(has(first.err(), "Go on with it: settle run --resume"));
  program second(resume(shop));
  REQUIRE(second.wait_until(
      [](const auto& out, const auto&) { return has(out, "another process left this run"); }));
  write_file(shop.work() / "go", "");
  ends_as_told(second, shop);
}

TEST_CASE("a run that was taken over can be cancelled", "[system][resume][local]") {
  const workshop shop;
  leave_killed(shop, waiting_tasks(shop));
  program second(resume(shop, {"--cancel-on-interrupt"}));
  REQUIRE(second.wait_until(
      [](const auto& out, const auto&) { return has(out, "another process left this run"); }));
  second.signal(SIGINT);
  second.finish();
  INFO(second.err());
  CHECK(second.exit_code() == 1);
  const auto last = verdicts_in_journal(shop);
  CHECK(last.at("a").cause == "cancelled");
  CHECK(last.at("b").cause == "cancelled");
  CHECK_FALSE(fs::exists(shop.work() / "ran-next"));
}

TEST_CASE("slots that a task of a killed settle holds are not given away", "[system][resume][local]") {
  const workshop shop;
  const std::string wait = "while [ ! -e go ]; do sleep 0.05; done";
  {
    program first(shop.local(shop.document("[" + task(shop, "a", wait) + "," + task(shop, "b", wait) + "," +
                                           task(shop, "c", "exit 0") + "]"),
                             {"--json", "--slots", "2"}));
    until_started(first, shop);
    first.signal(SIGKILL);
    first.finish();
  }
  program second(resume(shop, {"--slots", "2"}));
  REQUIRE(second.wait_until(
      [](const auto& out, const auto&) { return has(out, "another process left this run"); }));
  CHECK_FALSE(fs::exists(shop.work() / "ran-c"));
  write_file(shop.work() / "go", "");
  second.finish();
  CHECK(second.exit_code() == 0);
  const auto journal = read_file(shop.only_run() / "journal.ndjson");
  CHECK(journal.find("\"intent\",\"v\":1,\"item\":\"c\"") > journal.find("\"status\":\"completed\""));
}

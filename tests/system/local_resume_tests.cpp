// Runs on this machine whose settle was killed or has left, gone on with by another one: tasks go on meanwhile, each
// runs once, and how it ended is found again exactly.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

using namespace settle::tests;
using std::chrono::seconds;
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

std::string task(const workshop& shop, const std::string& id, const std::string& ends) {
  return "{\"id\": " + quoted(id) + ", \"name\": \"t\", \"command\": " +
         quoted("echo ran >>" + (shop.work() / ("ran-" + id)).string() + "; " + ends) + "}";
}

std::string tasks_of_kinds(const workshop& shop, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text +=
        (i == 0 ? "[" : ",") + task(shop, id_of(i), kinds[static_cast<std::size_t>(i) % kinds.size()].ends);
  return text + "]";
}

/// Two tasks that wait for the file `go`, and one that follows the first.
std::string waiting_tasks(const workshop& shop) {
  const std::string wait = "while [ ! -e go ]; do sleep 0.05; done; ";
  const auto next = task(shop, "next", "exit 0");
  return "[" + task(shop, "a", wait + "exit 0") + "," + task(shop, "b", wait + "kill -9 $$") + "," +
         next.substr(0, next.size() - 1) + ", \"deps\": [\"a\"]}]";
}

invocation resume(const workshop& shop, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"run", "--resume", "last", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return shop.settle(words);
}

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

/// Kills it as soon as its stream tells this much.
void kill_after(program& p, std::size_t item_events) {
  p.wait_until([&](const auto& out, const auto&) { return times(out, "\"event\":\"item\"") >= item_events; });
  p.signal(SIGKILL);
  p.finish();
}

std::map<std::string, told> verdicts_in_journal(const workshop& shop) {
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

/// The record of the keeper of the first task that has one.
std::string start_record(const workshop& shop) {
  for (const auto& entry : fs::directory_iterator(shop.only_run() / "exits"))
    if (entry.path().extension() == ".start")
      return entry.path().string();
  return {};
}

int number_in(const std::string& record, const std::string& key) {
  const auto at = record.find(" " + key + "=");
  REQUIRE(at != std::string::npos);
  return std::stoi(record.substr(at + key.size() + 2));
}

std::size_t started(const workshop& shop) {
  std::size_t found = 0;
  for (const char* id : {"a", "b"})
    found += fs::exists(shop.work() / (std::string("ran-") + id)) ? 1 : 0;
  return found;
}

void until_started(program& p, const workshop& shop) {
  REQUIRE(p.wait_until([&](const auto& out, const auto&) {
    return started(shop) == 2 && times(out, "\"status\":\"running\"") >= 2;
  }));
}

void leave_killed(const workshop& shop, const std::string& text) {
  program first(shop.local(shop.document(text), {"--json", "--slots", "4"}));
  until_started(first, shop);
  first.signal(SIGKILL);
  first.finish();
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
  second.finish();
  INFO(second.err());
  CHECK(second.exit_code() == 1);
  const auto last = verdicts_in_journal(shop);
  CHECK(last.at("a").status == "completed");
  CHECK(last.at("b").signal == SIGKILL);
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
  // It holds the tasks' slots: only what has ended lets others begin.
  REQUIRE(second.wait_until(
      [](const auto& out, const auto&) { return has(out, "another process left this run"); }));
  write_file(shop.work() / "go", "");
  second.finish();
  INFO(second.err());
  CHECK(second.exit_code() == 1);
  const auto last = verdicts_in_journal(shop);
  CHECK(last.at("a").status == "completed");
  CHECK(last.at("b").signal == SIGKILL);
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

TEST_CASE("a task whose keeper was killed is lost, and it is said what still runs",
          "[system][resume][local]") {
  const workshop shop;
  program first(shop.local(shop.document("[" + task(shop, "a", "exec sleep 100") + "]"), {"--json"}));
  REQUIRE(first.wait_until([](const auto& out, const auto&) { return has(out, "\"status\":\"running\""); }));
  first.signal(SIGKILL);
  first.finish();
  const auto record = read_file(start_record(shop));
  const int left = number_in(record, "task");
  ::kill(number_in(record, "keeper"), SIGKILL);
  program second(resume(shop));
  second.finish();
  ::kill(-left, SIGKILL);
  CHECK(second.exit_code() == 1);
  const auto last = verdicts_in_journal(shop);
  CHECK(last.at("a").cause == "lost");
  CHECK(last.at("a").evidence.empty());
  INFO(last.at("a").error);
  CHECK(has(last.at("a").error, "is gone and has left no record of its end"));
  CHECK(has(last.at("a").error, "its process " + std::to_string(left) + " still runs"));
}

TEST_CASE("an intent whose process never began is begun by the next settle", "[system][resume][local]") {
  const workshop shop;
  leave_killed(shop, waiting_tasks(shop));
  // As if settle had been killed between the intent of b and its process: nothing of it but the intent is left.
  const auto journal = shop.only_run() / "journal.ndjson";
  std::istringstream lines(read_file(journal));
  std::string kept, name;
  std::uint64_t seq = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool of_b = has(line, "\"item\":\"b\"");
    if (of_b && has(line, "\"event\":\"item\""))
      continue;
    if (const auto at = line.find("\"token\":\""); of_b && at != std::string::npos)
      name = line.substr(at + 9, line.find('"', at + 9) - at - 9);
    if (const auto at = line.find("\"seq\":"); at != std::string::npos)
      line = line.substr(0, at + 6) + std::to_string(++seq) + line.substr(line.find(',', at));
    kept += line + "\n";
  }
  REQUIRE_FALSE(name.empty());
  const auto start = shop.only_run() / "exits" / (name + ".start");
  ::kill(number_in(read_file(start), "keeper"), SIGKILL);
  ::kill(-number_in(read_file(start), "task"), SIGKILL);
  fs::remove(start);
  fs::remove(shop.work() / "ran-b");
  write_file(journal, kept);
  write_file(shop.work() / "go", "");
  program second(resume(shop));
  second.finish();
  INFO(second.err());
  CHECK(second.exit_code() == 1);
  CHECK(verdicts_in_journal(shop).at("b").signal == SIGKILL);
  CHECK(read_file(shop.work() / "ran-b") == "ran\n");
  CHECK(read_file(start) == "settle-unrun 1 token=" + name + "\n");  // should its keeper come late
  CHECK(has(read_file(journal), "\"withdrawn\",\"v\":1,\"item\":\"b\""));
}

TEST_CASE("tasks of another machine are not taken for gone: the run is refused, and nothing is lost",
          "[system][resume][local]") {
  const workshop shop;
  leave_killed(shop, waiting_tasks(shop));
  const auto path = start_record(shop);
  const auto record = read_file(path);
  auto other = record;
  other.replace(other.find("host="), other.find(" machine=") - other.find("host="), "host=elsewhere");
  write_file(path, other);
  {
    program refused(resume(shop));
    refused.finish(seconds(30));
    CHECK(refused.exit_code() == 3);
    CHECK(has(refused.err(), "it was started on elsewhere, which is not this machine"));
    CHECK(refused.out().empty());
  }
  write_file(path, record);
  write_file(shop.work() / "go", "");
  program second(resume(shop));
  second.finish();
  CHECK(second.exit_code() == 1);
  CHECK(verdicts_in_journal(shop).at("a").status == "completed");
}

// Tasks of this machine of which something is missing: their keeper, their process, or the machine itself.
#include "tests/system/local_left.hpp"

using namespace settle::tests;
using std::chrono::seconds;
namespace fs = std::filesystem;

namespace {

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

}  // namespace

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

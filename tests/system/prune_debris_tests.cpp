// settle prune: what was killed in its middle goes, a prune itself is killed at any moment, and those who read or
// supervise meanwhile are told the truth.
#include "tests/system/reading.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;
using std::chrono::hours;

namespace {

const std::string fine = R"([{"id": "a", "name": "t", "command": "echo words"}])";

void age(const fs::path& path, hours by) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - by);
}

void file(const fs::path& path, hours old = hours(0)) {
  fs::create_directories(path.parent_path());
  write_file(path, "12345");
  age(path, old);
}

std::size_t count_in(const fs::path& folder) {
  std::size_t n = 0;
  if (fs::exists(folder))
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder))
      ++n;
  return n;
}

}  // namespace

TEST_CASE("what somebody who was killed has left is swept, and what is under way is not", "[system][prune]") {
  const workshop shop;
  run_to_end(shop, fine, 0);
  const std::string run = shop.only_run().filename();
  const auto state = shop.state();
  const std::vector<fs::path> stale{
      state / "new-run-abc123" / "document-0.json", state / "trash" / "0gone.x" / "logs" / "0-a.out",
      state / "outbox" / (run + ".aa.json"),        state / "outbox" / (".0gone.bb.json.17"),
      state / "inbox" / "0gone00000000.cc.json",    state / "inbox" / (".0gone.dd.json.18")};
  const std::vector<fs::path> fresh{state / "new-run-def456" / "document-0.json",
                                    state / "outbox" / (run + ".ee.json"),
                                    state / "inbox" / "0gone00000000.ff.json",
                                    state / "inbox" / (run + ".gg.json"),
                                    state / "inbox" / "notes.txt",
                                    state / "new-runs-of-mine" / "x"};
  for (const auto& path : stale)
    file(path, hours(25));
  age(state / "new-run-abc123", hours(25));
  for (const auto& path : fresh)
    file(path);
  age(state / "inbox" / (run + ".gg.json"), hours(25));  // its run is there: for whoever supervises it next
  age(state / "inbox" / "notes.txt", hours(25));
  age(state / "new-runs-of-mine", hours(25));
  CHECK(has(call(shop, {"prune", "--dry-run", "--json"}).out, "\"swept\":{\"files\":6,\"bytes\":30}"));
  for (const auto& path : stale)
    CHECK(fs::exists(path));
  CHECK(has(call(shop, {"prune", "--json"}).out, "\"swept\":{\"files\":6,\"bytes\":30}"));
  for (const auto& path : stale)
    CHECK_FALSE(fs::exists(path));
  CHECK_FALSE(fs::exists(state / "new-run-abc123"));
  CHECK_FALSE(fs::exists(state / "trash"));
  for (const auto& path : fresh)
    CHECK(fs::exists(path));
}

TEST_CASE("a prune that is killed at any moment leaves runs whole or gone, and the next one does the rest",
          "[system][prune]") {
  const workshop shop;
  run_to_end(shop, fine, 0);
  const auto one = shop.folder() / "one", runs = shop.state() / "runs";
  fs::rename(shop.only_run(), one);
  constexpr int copies = 150;
  std::size_t cut = 0;
  for (int kill = 0; kill < 8; ++kill) {
    for (int n = 0; n < copies; ++n)
      fs::copy(one, runs / ("0copy" + std::to_string(kill) + "x" + std::to_string(n)),
               fs::copy_options::recursive | fs::copy_options::create_hard_links);
    const auto all = count_in(runs);
    program prune(shop.settle({"prune", "--older-than", "0s"}));
    for (int tries = 0; tries < 20'000 && count_in(runs) == all; ++tries)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * kill));  // wherever it is then
    prune.signal(SIGKILL);
    prune.finish();
    const auto left = count_in(runs), trash = count_in(shop.state() / "trash");
    cut += trash != 0 ? 1 : 0;
    const auto listed = call(shop, {"list"});
    CHECK(listed.code == 0);
    CHECK(lines_in(listed.out) == left);
  }
  CHECK(call(shop, {"prune", "--older-than", "0s"}).code == 0);
  CHECK(count_in(runs) == 0);
  CHECK_FALSE(fs::exists(shop.state() / "trash"));
  CHECK(cut > 0);  // kills that fell between the end of a run and that of its files
}

TEST_CASE("who lists runs while they are removed sees whole ones only", "[system][prune]") {
  const workshop shop;
  run_to_end(shop, fine, 0);
  const auto one = shop.only_run();
  for (int n = 0; n < 1000; ++n)
    fs::copy(one, shop.state() / "runs" / ("0copy" + std::to_string(n)),
             fs::copy_options::recursive | fs::copy_options::create_hard_links);
  program prune(shop.settle({"prune", "--older-than", "0s"}));
  std::size_t listed = 1, lists = 0;
  for (; listed != 0; ++lists) {
    const auto now = call(shop, {"list"});
    CHECK(now.code == 0);
    CHECK(now.err.empty());
    CHECK(2 * lines_in(now.out) == times(now.out, " completed "));  // status and counts
    listed = lines_in(now.out);
    REQUIRE(lists < 1000);
  }
  prune.finish();
  CHECK(prune.exit_code() == 0);
}

TEST_CASE("readers of a run that is removed are told so", "[system][prune]") {
  const workshop shop;
  REQUIRE(call(shop, {"submit", shop.document(fine), "--backend", "local"}).code == 0);
  const auto run = shop.only_run();
  const std::string id = run.filename();
  program watch(shop.settle({"watch", id}));
  program logs(shop.settle({"logs", id, "a", "-f"}));
  REQUIRE(watch.wait_until([](const auto& out, const auto&) { return has(out, "run "); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // logs waits for its file: nothing to see
  fs::create_directories(shop.state() / "trash");
  fs::rename(run, shop.state() / "trash" / "x");  // as prune does; it would refuse a run that is not finished
  for (auto* reader : {&watch, &logs}) {
    reader->finish(std::chrono::seconds(20));
    INFO(reader->out() << reader->err());
    CHECK(reader->exit_code() == 3);
    CHECK(has(reader->err(), "run " + id + " is gone: it was removed"));
  }
}

TEST_CASE("a supervisor goes on while finished runs are removed beneath it", "[system][prune][supervise]") {
  const workshop shop;
  program supervisor(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  for (int round = 1; round <= 3; ++round) {
    const auto id = call(shop, {"submit", shop.document(fine), "--backend", "local"}).out.substr(0, 12);
    REQUIRE(supervisor.wait_until(
        [&id](const auto& out, const auto&) { return has(out, "run " + id) && has(out, ": completed"); }));
    bool removed = false;  // it lets go of the run a moment after its end
    for (int tries = 0; tries < 100 && !removed; ++tries) {
      removed = has(call(shop, {"prune", "--older-than", "0s"}).out, "removed run " + id);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    CHECK(removed);
    CHECK(count_in(shop.state() / "runs") == 0);
  }
  supervisor.signal(SIGTERM);
  supervisor.finish();
  CHECK(supervisor.exit_code() == 0);
  INFO(supervisor.err());
  CHECK_FALSE(has(supervisor.err(), "cannot"));
  CHECK(count_in(shop.state() / "runs") == 0);
}

TEST_CASE("ten thousand runs are removed within seconds, not minutes", "[system][prune]") {
  const workshop shop;
  run_to_end(shop, fine, 0);
  constexpr int runs = 10'000;
  shop.copy_only_run(runs - 1);
  const auto begun = std::chrono::steady_clock::now();
  const auto done = call(shop, {"prune", "--older-than", "0s", "--json"});
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(done.code == 0);
  CHECK(times(done.out, "\"run\":\"") == runs);
  CHECK(count_in(shop.state() / "runs") == 0);
  CHECK(took < std::chrono::seconds(60));  // some two, where the machine is ours
  WARN(std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");
}

// settle retry: what did not complete in a finished run goes out once more, as a run of its own; the finished one stays
// to the byte as it was, and what must not be run again is refused with what to do.
#include "tests/system/reading.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

/// {"id": …} whose command notes in order.txt that it ran, then does `ends`; `more` are further members.
std::string noted(const std::string& id, const std::string& ends, const std::string& more = "") {
  return "{\"id\": " + quoted(id) + R"(, "name": "t", "command": )" +
         quoted("echo " + id + " $SETTLE_RUN_ID >>order.txt; " + ends) + more + "}";
}

/// Fails until the file `mended` is there.
const std::string until_mended = "[ -e mended ]";

void mend(const workshop& shop) {
  write_file(shop.work() / "mended", "");
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string run_local(const workshop& shop, const std::string& tasks, int code) {
  program p(shop.local(shop.document(tasks), {"--title", "a title"}));
  p.finish();
  INFO(p.out() << p.err());
  REQUIRE(p.exit_code() == code);
  return shop.only_run().filename();
}

/// The new run's id.
std::string retried(const workshop& shop, std::vector<std::string> words) {
  words.insert(words.begin(), "retry");
  const ended made = call(shop, words);
  INFO(made.err);
  REQUIRE(made.code == 0);
  return first_line(made.out);
}

std::string refused(const workshop& shop, std::vector<std::string> words) {
  const auto runs = [&shop] {
    return std::distance(fs::directory_iterator(shop.state() / "runs"), fs::directory_iterator());
  };
  const auto before = runs();
  words.insert(words.begin(), "retry");
  const ended made = call(shop, words);
  CHECK(made.code == 2);
  CHECK(made.out.empty());
  CHECK(runs() == before);
  CHECK(std::distance(fs::directory_iterator(shop.state()), fs::directory_iterator()) <=
        3);  // no hidden rest
  return made.err;
}

void supervise(const workshop& shop) {
  const ended all = call(shop, {"supervise", "--until-idle", "--poll-interval", "1s"});
  INFO(all.out << all.err);
  REQUIRE(all.code == 0);
}

/// The items that ran in this run, in order.
std::string ran_in(const workshop& shop, const std::string& run) {
  std::string ids;
  std::istringstream lines(read_file(shop.work() / "order.txt"));
  for (std::string line; std::getline(lines, line);)
    if (line.ends_with(" " + run))
      ids += (ids.empty() ? "" : " ") + line.substr(0, line.find(' '));
  return ids;
}

/// Every file of a run's folder with what it holds.
std::map<std::string, std::string> content_of(const workshop& shop, const std::string& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(shop.state() / "runs" / run))
    if (entry.is_regular_file())
      files[entry.path()] = read_file(entry.path());
  return files;
}

const std::string two_fail = "[" + noted("good", "true") + "," +
                             noted("bad", "echo words; " + until_mended, R"(, "deps": ["good"])") + "," +
                             noted("after", "true", R"(, "deps": ["good", "b?d"])") + "," +
                             noted("last", "true", R"(, "deps": ["*"])") + "]";

}  // namespace

TEST_CASE("what failed, and what waited for it, goes out once more as a run of its own", "[system][retry]") {
  const workshop shop;
  const auto old = run_local(shop, two_fail, 1);
  CHECK(ran_in(shop, old) == "good bad");
  const auto before = content_of(shop, old);
  mend(shop);
  const ended made = call(shop, {"retry", old});
  REQUIRE(made.code == 0);
  CHECK(has(made.err, "retries 3 items of run " + old));
  CHECK(has(made.err, "nobody supervises"));
  const auto fresh = first_line(made.out);
  CHECK(lines_in(made.out) == 1);
  CHECK(fresh != old);
  CHECK(has(call(shop, {"status", fresh}).out, "run " + fresh + " (a title), retry of " + old + ": pending"));
  supervise(shop);
  CHECK(ran_in(shop, fresh) == "bad after last");  // in the order of their dependencies; `good` not again
  CHECK(call(shop, {"watch", fresh, "--exit-status"}).code == 0);
  CHECK(call(shop, {"watch", old, "--exit-status"}).code == 1);
  CHECK(content_of(shop, old) == before);
  CHECK(call(shop, {"logs", fresh, "bad"}).out == "words\n");
  CHECK(call(shop, {"logs", old, "bad"}).out == "words\n");

  CHECK(has(call(shop, {"list"}).out, "a title (retry of " + old + ")"));
  const auto link = "\"retry_of\":\"" + old + "\"";
  for (const char* command : {"show", "status"}) {
    CHECK(has(call(shop, {command, fresh, "--json"}).out, link));
    CHECK(has(call(shop, {command, old, "--json"}).out, "\"retry_of\":null"));
  }
  CHECK(times(call(shop, {"list", "--json"}).out, link) == 1);
}

TEST_CASE("a retry can be gone on with in the foreground, and be retried itself", "[system][retry]") {
  const workshop shop;
  const auto old = run_local(shop, two_fail, 1);
  const auto second = retried(shop, {old, "--title", "again"});
  CHECK(call(shop, {"run", "--resume", second}).code == 1);
  CHECK(ran_in(shop, second) == "bad");
  mend(shop);
  const auto third = retried(shop, {second});
  CHECK(call(shop, {"run", "--resume", third}).code == 0);
  CHECK(ran_in(shop, third) == "bad after last");
  CHECK(has(call(shop, {"list"}).out, "again (retry of " + second + ")"));
}

TEST_CASE("only what is named is retried, and not without what it waits for", "[system][retry]") {
  const workshop shop;
  const auto old = run_local(shop, two_fail, 1);
  mend(shop);
  CHECK(has(refused(shop, {old, "last"}),
            "\"last\" depends on what did not complete and was not named: name these too: "
            "bad after"));
  CHECK(has(refused(shop, {old, "after"}), "name it too: bad"));
  const auto one = retried(shop, {old, "bad"});
  const auto both = retried(shop, {old, "a*", "b*", "--again"});
  supervise(shop);
  CHECK(ran_in(shop, one) == "bad");
  CHECK(ran_in(shop, both) == "bad after");
}

TEST_CASE("what cannot be retried is refused with what to do, and nothing is made", "[system][retry]") {
  const workshop shop;
  CHECK(has(call(shop, {"retry", "last"}).err, "there is no run in "));
  const auto old = run_local(shop, two_fail, 1);
  CHECK(has(refused(shop, {"nothing"}), "no run 'nothing'"));
  CHECK(has(refused(shop, {old, "nobody"}), "there is no item \"nobody\""));
  CHECK(has(refused(shop, {old, "bad", "z*"}), "there is no item \"z*\""));
  CHECK(
      has(refused(shop, {old, "good", "bad"}), "\"good\" completed: only what did not complete is retried"));
  CHECK(has(refused(shop, {old, "g*"}), "nothing to retry: what was named completed"));

  mend(shop);
  const auto fresh = retried(shop, {old});
  const auto unfinished = refused(shop, {fresh});
  CHECK(has(unfinished, "it is not finished, 3 of its 3 items have no verdict"));
  for (const char* remedy : {"`settle watch ", "`settle cancel ", "`settle run --resume "})
    CHECK(has(unfinished, remedy + fresh + "`"));
  supervise(shop);
  CHECK(has(refused(shop, {fresh}), "nothing to retry: every item completed"));

  const auto journal = shop.state() / "runs" / old / "journal.ndjson";
  write_file(journal, "\n" + read_file(journal));
  const ended damaged = call(shop, {"retry", old});
  CHECK(damaged.code == 3);
  CHECK(has(damaged.err, "journal.ndjson:1: no JSON"));
}

TEST_CASE("a run under way, and one of another supervisor, are told by whom they are held",
          "[system][retry]") {
  const workshop shop;
  program p(shop.local(shop.document("[" + waiting_task("a", 1) + "]")));
  REQUIRE(p.wait_until([&](const auto&, const auto&) {
    return fs::exists(shop.state() / "runs") && has(call(shop, {"list"}).out, "running");
  }));
  CHECK(has(refused(shop, {"last"}), "process " + std::to_string(p.pid()) + " on "));
  write_file(shop.work() / "go", "");
  p.finish();
  CHECK(p.exit_code() == 1);
}

TEST_CASE("a cancelled run is retried as a whole", "[system][retry]") {
  const workshop shop;
  REQUIRE(call(shop, {"submit", shop.document("[" + noted("a", "true") + "," + noted("b", "true") + "]"),
                      "--backend", "local"})
              .code == 0);
  const std::string old = shop.only_run().filename();
  CHECK(call(shop, {"cancel", old}).code == 3);  // kept for the supervisor
  supervise(shop);
  CHECK(has(call(shop, {"list"}).out, "cancelled"));
  const auto fresh = retried(shop, {old, "--max-concurrent", "1"});
  CHECK(has(read_file(shop.state() / "runs" / fresh / "journal.ndjson"), "\"max_concurrent\":1"));
  supervise(shop);
  CHECK(ran_in(shop, old).empty());
  CHECK(ran_in(shop, fresh) == "a b");
}

TEST_CASE("nothing is done twice because somebody retried twice", "[system][retry]") {
  const workshop shop;
  const auto old = run_local(shop, "[" + noted("x", until_mended) + "," + noted("y", "exit 3") + "]", 1);
  mend(shop);
  const auto second = retried(shop, {old});
  CHECK(has(refused(shop, {old}), "\"x\" and 1 more are under way in run " + second));
  CHECK(has(refused(shop, {old, "y"}), "\"y\" is under way in run " + second));
  supervise(shop);
  const auto done = refused(shop, {old});
  CHECK(has(done, "\"x\" completed in run " + second));
  CHECK(has(done, "`settle retry " + second + "` goes on from there"));
  const auto third = retried(shop, {old, "y"});                               // it failed there too
  CHECK(has(refused(shop, {second}), "\"y\" is under way in run " + third));  // not a retry of `second`
  supervise(shop);
  const auto fourth = retried(shop, {old, "--again", "--max-concurrent", "1"});
  supervise(shop);
  CHECK(ran_in(shop, third) == "y");
  CHECK(ran_in(shop, fourth) == "x y");
}

TEST_CASE("a file of a task's own is not written over without a word", "[system][retry]") {
  const workshop shop;
  const auto own = R"(, "output_file": "own.txt")";
  const auto apart = R"(, "error_file": "${SETTLE_RUN_ID}.txt")";
  const auto old = run_local(shop,
                             "[" + noted("a", "echo why; " + until_mended, own) + "," +
                                 noted("b", "echo no >&2; exit 1", apart) + "," +
                                 noted("c", "true", R"(, "deps": ["a"], "output_file": "c.txt")") + "]",
                             1);
  mend(shop);
  const auto words = refused(shop, {old});
  CHECK(has(words, "1 item would write over a file of its own that this run left (" +
                       (shop.work() / "own.txt").string() + ")"));
  CHECK(has(words, "--overwrite"));
  CHECK(read_file(shop.work() / "own.txt") == "why\n");
  retried(shop, {old, "b"});  // its path has the run in it
  fs::rename(shop.work() / "own.txt", shop.work() / "kept.txt");
  const auto fresh = retried(shop, {old, "--again", "--max-concurrent", "1"});
  supervise(shop);
  CHECK(ran_in(shop, fresh) == "a b c");
  CHECK(read_file(shop.work() / "own.txt") == "why\n");
  CHECK(retried(shop, {old, "--again", "--overwrite"}) != fresh);
}

TEST_CASE("an imported run is not retried: its tasks' environment is not here", "[system][retry][exchange]") {
  const workshop shop;
  const ended in = call(shop, {"import", SETTLE_SOURCE_DIR "/tests/data/scripthut/run-0.5.json"});
  REQUIRE(in.code == 0);
  CHECK(has(refused(shop, {first_line(in.out)}), "it was imported from scripthut"));
}

TEST_CASE("a supervisor takes a retry up while it runs", "[system][retry][supervise]") {
  const workshop shop;
  const auto old = run_local(shop, two_fail, 1);
  mend(shop);
  program supervisor(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  const ended made = call(shop, {"retry", old, "--json"});
  REQUIRE(made.code == 0);
  for (const std::string& part : std::vector<std::string>{
           "{\"run\":\"", "\"retry_of\":\"" + old + "\"", "\"items\":3", "\"warnings\":[]",
           "\"supervisor\":{\"host\":", "\"pid\":" + std::to_string(supervisor.pid())})
    CHECK(has(made.out, part));
  CHECK(
      supervisor.wait_until([](const auto& out, const auto&) { return has(out, "completed: 3 completed"); }));
  supervisor.signal(SIGTERM);
  supervisor.finish();
}

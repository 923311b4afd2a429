// settle prune: what finished runs have left is removed, and nothing else: not what is unfinished, held, young or still
// asked about, nothing behind a symbolic link, nothing of the users' own.
#include "tests/system/reading.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;
using std::chrono::hours;

namespace {

const std::string fine = R"([{"id": "a", "name": "t", "command": "echo words"}])";

fs::path folder_of(const workshop& shop, const std::string& run) {
  return shop.state() / "runs" / run;
}

std::vector<std::string> runs_in(const workshop& shop) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(shop.state() / "runs"))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// A run that ended with `code`; its id.
std::string ran(const workshop& shop, const std::string& tasks, int code = 0) {
  const auto before = fs::exists(shop.state() / "runs") ? runs_in(shop) : std::vector<std::string>{};
  run_to_end(shop, tasks, code);
  for (const auto& run : runs_in(shop))
    if (std::find(before.begin(), before.end(), run) == before.end())
      return run;
  FAIL("no new run");
  return {};
}

void age(const fs::path& path, hours by) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - by);
}

/// All of its events were long ago.
void make_old(const workshop& shop, const std::string& run, const std::string& at = "1600000000") {
  const auto journal = folder_of(shop, run) / "journal.ndjson";
  write_file(journal, std::regex_replace(read_file(journal), std::regex("\"at\":[0-9.]+"), "\"at\":" + at));
  age(journal, hours(24 * 100));
  age(folder_of(shop, run), hours(24 * 100));
}

std::string old_run(const workshop& shop, const std::string& tasks = fine, int code = 0) {
  auto run = ran(shop, tasks, code);
  make_old(shop, run);
  return run;
}

bool is_there(const workshop& shop, const std::string& run) {
  return fs::exists(fs::symlink_status(folder_of(shop, run)));
}

std::uintmax_t bytes_below(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !entry.is_symlink())
      bytes += entry.file_size();
  return bytes;
}

ended refused(const workshop& shop, std::vector<std::string> words) {
  words.insert(words.begin(), "prune");
  const auto before = runs_in(shop);
  auto made = call(shop, words);
  CHECK(made.code == 2);
  CHECK(runs_in(shop) == before);
  return made;
}

}  // namespace

TEST_CASE("old finished runs are removed, and it is told which and how many bytes", "[system][prune]") {
  const workshop shop;
  const auto good = old_run(shop), bad = old_run(shop, one_fails, 1), young = ran(shop, fine);
  const auto bytes = bytes_below(folder_of(shop, good)), all = bytes + bytes_below(folder_of(shop, bad));

  const auto dry = call(shop, {"prune", "--dry-run", "--json"});
  CHECK(dry.code == 0);
  CHECK(has(dry.out, "\"dry_run\":true"));
  CHECK(runs_in(shop).size() == 3);
  const auto dry_words = call(shop, {"prune", "--dry-run"});
  CHECK(has(dry_words.out, "would remove run " + good + " (a title)"));
  CHECK(has(dry_words.out, "would remove 2 runs"));

  const auto done = call(shop, {"prune", "--json"});
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  CHECK(lines_in(done.out) == 1);
  for (const auto& part : std::vector<std::string>{
           "\"dry_run\":false", "\"bytes\":" + std::to_string(all), "\"young\":1",
           "{\"run\":\"" + good + "\",\"title\":\"a title\",\"status\":\"completed\",\"items\":1,\"bytes\":" +
               std::to_string(bytes) + "}"}) {
    INFO(done.out);
    CHECK(has(done.out, part));
  }
  CHECK(runs_in(shop) == std::vector{young});
  CHECK(lines_in(call(shop, {"list"}).out) == 1);
  CHECK(has(call(shop, {"show", good}).err, "no run '" + good + "'"));
  const auto again = call(shop, {"prune"});
  CHECK(again.out == "nothing to remove; kept 1 run: 1 younger than 30d\n");
  CHECK_FALSE(fs::exists(shop.state() / "trash"));
}

TEST_CASE("the age is that of a run's end and can be chosen", "[system][prune]") {
  const workshop shop;
  const auto run = ran(shop, fine);
  CHECK(has(call(shop, {"prune", "--older-than", "1h"}).out, "nothing to remove"));
  CHECK(is_there(shop, run));
  CHECK(has(call(shop, {"prune", "--older-than", "0s"}).out, "removed run " + run));
  CHECK_FALSE(is_there(shop, run));
  CHECK(call(shop, {"prune", "--older-than", "x"}).code == 2);
  CHECK(call(shop, {"prune", "last", "--older-than", "1d"}).code == 2);  // a name says enough
}

TEST_CASE("an empty or missing state directory is nothing to remove, and none is made", "[system][prune]") {
  const workshop shop;
  const auto none = call(shop, {"prune"});
  CHECK(none.code == 0);
  CHECK(none.out == "nothing to remove\n");
  CHECK_FALSE(fs::exists(shop.state()));
}

TEST_CASE("what is not finished is never removed, by name neither", "[system][prune]") {
  const workshop shop;
  REQUIRE(call(shop, {"submit", shop.document(fine), "--backend", "local"}).code == 0);
  const std::string run = shop.only_run().filename();
  make_old(shop, run);
  CHECK(call(shop, {"prune"}).out == "nothing to remove; kept 1 run: 1 not finished\n");
  CHECK(has(refused(shop, {run}).err, "run " + run + " is not finished"));
  CHECK(call(shop, {"run", "--resume", run}).code == 0);
  // A correction whose new end was not written yet is no end.
  auto journal = read_file(folder_of(shop, run) / "journal.ndjson");
  write_file(folder_of(shop, run) / "journal.ndjson", journal +
                                                          R"({"event":"notice","v":1,"seq":99,"run":")" +
                                                          run + R"(","at":1600000000,"error":"x"})" + "\n");
  CHECK(has(call(shop, {"prune"}).out, "1 not finished"));
}

TEST_CASE("who holds a run keeps it, while they live", "[system][prune]") {
  const workshop shop;
  const auto run = old_run(shop);
  program lives(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(lives.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  for (const auto& file : fs::directory_iterator(folder_of(shop, run)))
    if (file.path().filename().string().starts_with("owner."))
      fs::remove(file.path());
  for (const auto& file : fs::directory_iterator(shop.state() / "supervisor"))
    fs::copy_file(file.path(), folder_of(shop, run) / file.path().filename());
  CHECK(has(call(shop, {"prune"}).out, "kept 1 run: 1 held by a process"));
  CHECK(has(refused(shop, {run}).err, "is held by process " + std::to_string(lives.pid())));
  lives.signal(SIGKILL);
  lives.finish();
  CHECK(has(call(shop, {"prune"}).out, "removed run " + run));
}

TEST_CASE("names are all good or nothing is removed", "[system][prune]") {
  const workshop shop;
  const auto one = ran(shop, fine), two = ran(shop, fine);
  CHECK(has(refused(shop, {one, "nobody"}).err, "no run 'nobody'"));
  const auto done = call(shop, {"prune", one, one});
  CHECK(done.code == 0);
  CHECK(has(done.out, "removed 1 run, "));
  CHECK(runs_in(shop) == std::vector{two});
  CHECK(call(shop, {"prune", "last"}).code == 0);
  CHECK(runs_in(shop).empty());
}

TEST_CASE("an imported run goes by name only", "[system][prune][exchange]") {
  const workshop shop;
  const ended in = call(shop, {"import", SETTLE_SOURCE_DIR "/tests/data/scripthut/run-0.5.json"});
  REQUIRE(in.code == 0);
  const auto run = in.out.substr(0, in.out.find('\n'));
  make_old(shop, run);
  CHECK(has(call(shop, {"prune"}).out, "1 imported"));
  CHECK(call(shop, {"prune", run}).code == 0);
  CHECK_FALSE(is_there(shop, run));
}

TEST_CASE("unconfirmed completions keep their run for the day in which accounting is asked",
          "[system][prune][slurm]") {
  const workshop shop;
  const auto run = old_run(shop);
  const auto journal = folder_of(shop, run) / "journal.ndjson";
  auto text = read_file(journal);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"\"backend\":\"local\"", "\"backend\":\"slurm\""},
                                                        {"\"evidence\":\"process\"", "\"evidence\":\"none\""},
                                                        {"\"confirmed\":true", "\"confirmed\":false"},
                                                        {"\"unconfirmed\":0", "\"unconfirmed\":1"}})
    text = std::regex_replace(text, std::regex(from), to);
  const auto hours_ago = [](int n) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                              (std::chrono::system_clock::now() - hours(n)).time_since_epoch())
                              .count());
  };
  write_file(journal, text);
  make_old(shop, run, hours_ago(23));
  CHECK(has(call(shop, {"prune", "--older-than", "1h"}).out, "1 still asked about"));
  make_old(shop, run, hours_ago(25));
  CHECK(has(call(shop, {"prune", "--older-than", "2d"}).out, "1 younger than 2d"));
  CHECK(has(call(shop, {"prune", "--older-than", "1h"}).out, "removed run " + run));
}

TEST_CASE("a run that cannot be read is kept and told", "[system][prune]") {
  const workshop shop;
  const auto broken = old_run(shop), fit = old_run(shop);
  write_file(folder_of(shop, broken) / "journal.ndjson", "nonsense\n");
  age(folder_of(shop, broken), hours(24 * 100));
  const auto done = call(shop, {"prune"});
  CHECK(done.code == 3);
  CHECK(has(done.err, broken));
  CHECK(has(done.out, "1 unreadable"));
  CHECK(runs_in(shop) == std::vector{broken});
  CHECK(has(call(shop, {"prune", broken}).err, "journal.ndjson"));
  CHECK(is_there(shop, broken));
}

TEST_CASE("a folder in which a run never began goes with the old", "[system][prune]") {
  const workshop shop;
  const auto run = old_run(shop);
  const auto torn = shop.state() / "runs" / "0never000000", logs = shop.state() / "runs" / "0logs0000000";
  fs::create_directories(torn / "logs");
  write_file(torn / "journal.ndjson", "{\"event\":\"run\"");  // torn: never told
  fs::create_directories(logs / "logs");
  write_file(logs / "logs" / "0-a.out", "words");  // somebody took its journal away
  CHECK(call(shop, {"prune"}).code == 0);          // both are just being made, for all that is known
  CHECK(fs::exists(torn));
  for (const auto& folder : {torn, logs})
    age(folder, hours(24 * 100));
  const auto done = call(shop, {"prune"});
  CHECK(done.code == 3);
  CHECK(has(done.out, "removed run 0never000000"));
  CHECK(has(done.err, "0logs0000000"));
  CHECK(runs_in(shop) == std::vector{logs.filename().string()});
  CHECK_FALSE(is_there(shop, run));
}

TEST_CASE("no symbolic link is followed", "[system][prune]") {
  const workshop shop;
  const auto run = old_run(shop), moved = old_run(shop);
  fs::create_directories(shop.folder() / "mine" / "deep");
  write_file(shop.folder() / "mine" / "deep" / "kept.txt", "x");
  fs::create_directory_symlink(shop.folder() / "mine", folder_of(shop, run) / "logs" / "link");
  fs::create_symlink(shop.folder() / "mine" / "deep" / "kept.txt", folder_of(shop, run) / "file-link");
  fs::rename(folder_of(shop, moved), shop.folder() / "elsewhere");
  fs::create_directory_symlink(shop.folder() / "elsewhere", folder_of(shop, moved));
  fs::create_directory_symlink(shop.folder() / "mine", shop.state() / "new-run-abcdef");
  CHECK(has(call(shop, {"prune"}).out, "1 symbolic link"));
  CHECK_FALSE(is_there(shop, run));
  CHECK(is_there(shop, moved));
  CHECK(has(refused(shop, {moved}).err, "symbolic link"));
  CHECK(fs::exists(shop.folder() / "elsewhere" / "journal.ndjson"));
  CHECK(read_file(shop.folder() / "mine" / "deep" / "kept.txt") == "x");
}

TEST_CASE("files of the users' own stay", "[system][prune]") {
  const workshop shop;
  const auto run = old_run(shop, R"([{"id": "a", "name": "t", "command": "echo own; echo made >made.txt",
    "output_file": "own.txt"}])");
  CHECK(call(shop, {"prune"}).code == 0);
  CHECK_FALSE(is_there(shop, run));
  CHECK(read_file(shop.work() / "own.txt") == "own\n");
  CHECK(read_file(shop.work() / "made.txt") == "made\n");
}

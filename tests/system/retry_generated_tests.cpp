// Retries of what generators are about: tasks of documents that joined, with all they inherit, and generators whose
// document is still to come and names what completed long ago. And unconfirmed completions, on the fake Slurm.
#include "tests/system/reading.hpp"

#include <string>
#include <vector>

using namespace settle::tests;

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// A task that writes `document` to next.json and names it.
std::string generator(const std::string& id, const std::string& document, const std::string& and_then = "") {
  return "{\"id\": " + quoted(id) + R"(, "name": "g", "generates_source": "next.json", "command": )" +
         quoted("cat >next.json <<'X'\n" + document + "\nX\n" + and_then) + "}";
}

ended run_local(const workshop& shop, const std::string& tasks) {
  program p(shop.local(shop.document(tasks)));
  p.finish();
  return {p.exit_code(), p.out(), p.err()};
}

/// Goes on with the newest retry, on the backend that it has.
ended go_on(const workshop& shop, const std::string& run, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"run", "--resume", run, "--poll-interval", "1s"});
  return call(shop, more);
}

}  // namespace

TEST_CASE("a generated task that failed is retried with all it inherits, its generator is not run again",
          "[system][retry]") {
  const workshop shop;
  const std::string made =
      R"({"env": [{"include": ["g"]}], "env_groups": {"g": [{"set": {"B": "${A}-made"}}]},
    "tasks": [{"id": "fine", "name": "t", "command": "true"},
              {"id": "bad", "name": "t", "deps": ["f*"], "command": "echo $A $B $C; pwd; [ -e mended ]",
               "env": [{"if": {"A": ["doc", "x"]}, "set": {"C": "c d"}}]}]})";
  const std::string tasks = R"({"env": [{"set": {"A": "doc"}}], "env_groups": {"g": [{"set": {"B": "none"}}]},
    "working_dir": "sub", "tasks": [{"id": "dir", "name": "d", "working_dir": "", "command": "mkdir -p sub"},)" +
                            generator("plan", made, "echo ran >>plan.txt")
                                .substr(0, generator("plan", made, "echo ran >>plan.txt").size() - 1) +
                            R"(, "deps": ["dir"], "working_dir": ""}]})";
  const auto first = run_local(shop, tasks);
  INFO(first.out << first.err);
  REQUIRE(first.code == 1);
  const std::string old = shop.only_run().filename();
  const auto words = call(shop, {"logs", old, "bad"}).out;
  CHECK(has(words, "doc doc-made c d\n"));
  CHECK(has(words, "/sub\n"));
  write_file(shop.work() / "sub" / "mended", "");
  const auto fresh = first_line(call(shop, {"retry", old}).out);
  const auto second = go_on(shop, fresh);
  INFO(second.out << second.err);
  CHECK(second.code == 0);
  CHECK(call(shop, {"logs", fresh, "bad"}).out == words);
  CHECK(read_file(shop.work() / "plan.txt") == "ran\n");
  CHECK(call(shop, {"export", fresh}).code == 0);
}

TEST_CASE("a generator that failed runs again, and its document may name what completed in the run before",
          "[system][retry]") {
  const workshop shop;
  const std::string document =
      R"([{"id": "made", "name": "t", "command": "echo made >>made.txt", "deps": ["early", "part-*"]},
                                   {"id": "then", "name": "t", "command": "[ -e all-mended ]", "deps": ["made"]}])";
  const std::string tasks = R"([{"id": "early", "name": "t", "command": "true"},
    {"id": "part-1", "name": "t", "command": "true"},)" +
                            generator("plan", document, "[ -e mended ]") + "]";
  REQUIRE(run_local(shop, tasks).code == 1);
  const std::string old = shop.only_run().filename();
  const auto twice = first_line(call(shop, {"retry", old}).out);
  REQUIRE(go_on(shop, twice).code == 1);
  write_file(shop.work() / "mended", "");
  const auto thrice = first_line(call(shop, {"retry", twice}).out);  // what completed is handed on
  const auto ran = go_on(shop, thrice);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 1);  // `then` alone
  CHECK(read_file(shop.work() / "made.txt") == "made\n");
  CHECK(has(call(shop, {"status", thrice}).out, "3 items: 2 completed, 1 failed"));
  write_file(shop.work() / "all-mended", "");
  const auto last = first_line(call(shop, {"retry", thrice}).out);
  CHECK(go_on(shop, last).code == 0);
  CHECK(has(call(shop, {"status", last}).out, "1 items: 1 completed"));
  CHECK(read_file(shop.work() / "made.txt") == "made\n");
}

TEST_CASE("unconfirmed completions are retried where that was asked for, on Slurm",
          "[system][retry][slurm]") {
  const workshop shop;
  shop.knob("sacct_never");
  shop.knob("queue_time", "3");  // long enough to be listed
  const auto document = shop.document(R"([{"id":"a","name":"a","command":"echo ran >>a.txt"},
    {"id":"b","name":"b","command":"echo ran >>b.txt; exit 3","deps":["a"]}])");
  program first(shop.slurm(document, {"--witness", "off", "--settle-no-record", "3s", "--no-arrays"}));
  first.finish();
  INFO(first.out() << first.err());
  REQUIRE(first.exit_code() == 4);
  const std::string old = shop.only_run().filename();
  const auto none = call(shop, {"retry", old});
  CHECK(none.code == 2);
  CHECK(has(none.err, "every item completed, 2 of them unconfirmed: --with-unconfirmed retries those"));
  CHECK(has(call(shop, {"retry", old, "a"}).err,
            "\"a\" completed, unconfirmed: --with-unconfirmed retries it too"));
  shop.unset("sacct_never");
  const auto made = call(shop, {"retry", old, "--with-unconfirmed", "b"});
  CHECK(made.code == 0);
  const auto fresh = first_line(made.out);
  const auto second = go_on(shop, fresh);
  INFO(second.out << second.err);
  CHECK(second.code == 1);  // the truth about b
  CHECK(read_file(shop.work() / "a.txt") == "ran\n");
  CHECK(read_file(shop.work() / "b.txt") == "ran\nran\n");
  CHECK(shop.jobs() == 3);
  CHECK(call(shop, {"watch", old, "--exit-status"}).code == 4);  // its verdict is its own

  const auto warned = call(shop, {"retry", fresh, "--json"});
  CHECK(warned.code == 0);
  CHECK(has(warned.out, "\"warnings\":[]"));
}

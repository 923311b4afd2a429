// The commands that tell runs and items from the state directory: list, status and logs.
#include "tests/system/reading.hpp"

#include <simdjson.h>

#include <csignal>

using namespace settle::tests;

namespace {

namespace fs = std::filesystem;

simdjson::dom::object object_of(const std::string& line) {
  static simdjson::dom::parser parser;
  simdjson::dom::object o;
  INFO(line);
  REQUIRE(parser.parse(line).get(o) == simdjson::SUCCESS);
  return o;
}

std::string text_of(const std::string& line, const char* name) {
  std::string_view text;
  REQUIRE(object_of(line)[name].get(text) == simdjson::SUCCESS);
  return std::string(text);
}

}  // namespace

TEST_CASE("list tells every run, and which one cannot be read", "[system][reading]") {
  const workshop shop;
  const ended none = call(shop, {"list"});
  CHECK(none.code == 0);
  CHECK(none.out.empty());
  run_to_end(shop, one_fails, 1);
  const std::string run = shop.only_run().filename();
  const ended words = call(shop, {"list"});
  CHECK(words.code == 0);
  CHECK(lines_in(words.out) == 1);
  for (const char* part : {"failed", "confirmed", "1 completed, 1 failed, 1 dep_failed", "a title"})
    CHECK(has(words.out, part));

  fs::create_directories(shop.state() / "runs" / "00broken" / "journal.ndjson");
  fs::create_directories(shop.state() / "runs" / "00young");
  write_file(shop.state() / "runs" / "note.txt", "no run");
  const ended json = call(shop, {"list", "--json"});
  CHECK(json.code == 3);
  CHECK(has(json.err, "run 00broken is left out: cannot read "));
  CHECK(lines_in(json.err) == 1);
  REQUIRE(lines_in(json.out) == 1);
  CHECK(text_of(json.out, "run") == run);
  CHECK(text_of(json.out, "status") == "failed");
  CHECK(text_of(json.out, "title") == "a title");
  CHECK(has(text_of(json.out, "created_at"), "+00:00"));
  CHECK(object_of(json.out)["confirmed"].get_bool().value());
  CHECK(object_of(json.out)["counts"]["dep_failed"].get_uint64().value() == 1);

  fs::last_write_time(shop.state() / "runs" / "00young",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(has(call(shop, {"list"}).err, "run 00young is left out: cannot open "));
}

TEST_CASE("list reads long journals by their ends, and whole where the end is not there",
          "[system][reading]") {
  const workshop shop;
  run_to_end(shop, one_fails, 1);
  const fs::path journal = shop.only_run() / "journal.ndjson";
  const std::string text = read_file(journal);
  const std::size_t second = text.find('\n') + 1;
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  std::string many;
  while (many.size() < 300'000)
    many += "{\"event\":\"withdrawn\",\"v\":1,\"item\":\"run_finished\"}\n";
  // Its end is far behind its beginning; then there is none but a torn one; then it is in the middle.
  write_file(journal, text.substr(0, last) + many + text.substr(last));
  CHECK(text_of(call(shop, {"list", "--json"}).out, "status") == "failed");
  write_file(journal, text.substr(0, last) + many + text.substr(last, 40));
  const ended open = call(shop, {"list", "--json"});
  CHECK(text_of(open.out, "status") == "running");
  CHECK(object_of(open.out)["counts"]["failed"].get_uint64().value() == 1);
  write_file(journal, text + many);
  CHECK(text_of(call(shop, {"list", "--json"}).out, "status") == "failed");
  write_file(journal, text.substr(second));
  fs::last_write_time(shop.only_run(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  const ended headless = call(shop, {"list"});
  CHECK(headless.code == 3);
  CHECK(has(headless.err, "does not begin as the journal of a run does"));
}

TEST_CASE("status tells how a run stands and what failed", "[system][reading]") {
  const workshop shop;
  run_to_end(shop, one_fails, 1);
  const ended words = call(shop, {"status", "last"});
  CHECK(words.code == 0);
  for (const char* part : {"(a title): failed, confirmed", "3 items: 1 completed, 1 failed, 1 dep_failed",
                           "took ", "exit_nonzero", "exit 3", "dependency_failed"})
    CHECK(has(words.out, part));
  CHECK_FALSE(has(words.out, "good"));
  const ended json = call(shop, {"status", "last", "--json"});
  CHECK(json.code == 0);
  REQUIRE(lines_in(json.out) == 1);
  CHECK(text_of(json.out, "run") == shop.only_run().filename());
  CHECK(text_of(json.out, "status") == "failed");
  CHECK(object_of(json.out)["elapsed"].get_double().value() >= 0);
  CHECK_FALSE(has(json.out, "\"items\""));
  CHECK(call(shop, {"status", "nothing"}).code == 2);
  CHECK(call(shop, {"status"}).code == 2);
}

TEST_CASE("status shows at most 20 items, and how many more there are", "[system][reading]") {
  const workshop shop;
  std::string tasks = R"([{"id": "root", "name": "t", "command": "false"})";
  for (int i = 0; i < 30; ++i)
    tasks += ",{\"id\": \"n" + std::to_string(i) + R"(", "name": "t", "command": "true", "deps": ["root"]})";
  run_to_end(shop, tasks + "]", 1);
  const ended words = call(shop, {"status", "last"});
  CHECK(has(words.out, "\nroot"));
  CHECK(has(words.out, "n18 "));
  CHECK_FALSE(has(words.out, "n19 "));
  CHECK(has(words.out, "and 11 more: settle show "));
}

TEST_CASE("logs prints what an item wrote", "[system][reading]") {
  const workshop shop;
  run_to_end(shop, R"([{"id": "good", "name": "t", "command": "echo fine; echo oh >&2"},
    {"id": "own", "name": "t", "command": "printf 'a\\0b'", "output_file": "sub/%j.${SETTLE_ITEM_ID}"},
    {"id": "bad", "name": "t", "command": "exit 3"},
    {"id": "after", "name": "t", "command": "true", "deps": ["bad"]}])",
             1);
  CHECK(call(shop, {"logs", "last", "good"}).out == "fine\n");
  CHECK(call(shop, {"logs", "last", "good", "--err"}).out == "oh\n");
  CHECK(call(shop, {"logs", "last", "good", "-f"}).out == "fine\n");
  CHECK(call(shop, {"logs", "last", "own"}).out == std::string("a\0b", 3));  // patterns are Slurm's alone
  const ended never = call(shop, {"logs", "last", "after"});
  CHECK(never.code == 3);
  CHECK(has(never.err, (shop.only_run() / "logs" / "3-after.out").string() + ": No such file"));
  CHECK(has(never.err, "the item is dep_failed"));
  const ended unknown = call(shop, {"logs", "last", "nobody"});
  CHECK(unknown.code == 2);
  CHECK(has(unknown.err, "no item 'nobody'"));
  CHECK(call(shop, {"logs", "nothing", "good"}).code == 2);
  CHECK(call(shop, {"logs", "last"}).code == 2);
}

TEST_CASE("logs -f goes on until the verdict, and Ctrl-C ends only itself", "[system][reading]") {
  const workshop shop;
  program run(shop.local(shop.document("[" + waiting_task("a", 0) + "]")));
  REQUIRE(run.wait_until([](const auto& out, const auto&) { return has(out, "run "); }));
  program left(shop.settle({"logs", "last", "a", "-f"}));
  program logs(shop.settle({"logs", "last", "a", "-f"}));
  for (program* p : {&left, &logs})
    REQUIRE(p->wait_until([](const auto& out, const auto&) { return has(out, "first\n"); }));
  left.signal(SIGINT);
  left.finish();
  CHECK(left.exit_code() == 130);
  write_file(shop.work() / "go", "");
  logs.finish();
  CHECK(logs.exit_code() == 0);
  CHECK(logs.out() == "first\nsecond\n");
  run.finish();
  CHECK(run.exit_code() == 0);
}

TEST_CASE("logs resolves Slurm's patterns, or names the one it cannot", "[system][reading]") {
  const workshop shop;
  const std::string tasks =
      R"([{"id": "known", "name": "t", "command": "echo known", "output_file": "k.%j.100%%"},
    {"id": "node", "name": "t", "command": "echo node", "output_file": "%N.%j"}])";
  program run(shop.slurm(shop.document(tasks)));
  run.finish();
  // The fake Slurm fills no pattern in, so only the path is looked at here.
  const ended known = call(shop, {"logs", "last", "known"});
  CHECK(known.code == 3);
  CHECK(has(known.err, (shop.work() / "k.").string()));
  CHECK_FALSE(has(known.err, "%j"));
  CHECK(has(known.err, ".100%: No such file"));
  const ended node = call(shop, {"logs", "last", "node"});
  CHECK(node.code == 3);
  CHECK(has(node.err, (shop.work() / "%N.%j").string()));
  CHECK(has(node.err, "only Slurm knows what %N stands for"));
}

// Documents that must be refused: every problem at once with its place, exit code 2, and nothing is run.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

using namespace settle::tests;

namespace {

/// A document of a task that would leave a trace, and one more entry that is wrong.
std::string with_wrong(const std::string& wrong) {
  return "{\"tasks\": [\n"
         "  {\"id\": \"trace\", \"name\": \"trace\", \"command\": \"touch ran\"},\n  " +
         wrong + "\n]}\n";
}

/// Runs it; checks that it was refused and nothing ran. What it said on stderr.
std::string refused(const workshop& shop, const std::string& document) {
  program p(shop.local(shop.document(document)));
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 2);
  CHECK(p.out().empty());
  CHECK_FALSE(std::filesystem::exists(shop.work() / "ran"));
  CHECK_FALSE(p.err().empty());
  return p.err();
}

}  // namespace

TEST_CASE("a wrong document is refused with its place, and nothing runs", "[system][documents]") {
  const workshop shop;
  const auto [name, wrong, place,
              words] = GENERATE(table<const char*, const char*, const char*, const char*>({
      {"duplicate id", R"({"id": "trace", "name": "b", "command": "true"})", ":3:", "trace"},
      {"unknown dep", R"({"id": "b", "name": "b", "command": "true", "deps": ["nobody"]})", ":3:", "nobody"},
      {"self dep", R"({"id": "b", "name": "b", "command": "true", "deps": ["b"]})", ":3:", "itself"},
      {"empty glob", R"({"id": "b", "name": "b", "command": "true", "deps": ["zz*"]})", ":3:", "zz*"},
      {"cycle", R"({"id": "b", "name": "b", "command": "true", "deps": ["c"]},
                   {"id": "c", "name": "c", "command": "true", "deps": ["b"]})",
       ":", "b -> c -> b"},
      {"wrong type", R"({"id": "b", "name": "b", "command": 7})", ":3:", "command"},
      {"missing field", R"({"id": "b", "name": "b"})", ":3:", "command"},
      {"unknown env rule", R"({"id": "b", "name": "b", "command": "true", "env": [{"sett": {"A": "b"}}]})",
       ":3:", "sett"},
      {"bad JSON", R"({"id": "b", "name": "b", "command": "true",, })", ":3:", ""},
  }));
  INFO(name);
  const std::string err = refused(shop, with_wrong(wrong));
  INFO(err);
  CHECK(has(err, "tasks.json" + std::string(place)));
  CHECK(has(err, words));
}

TEST_CASE("all problems of a document are told at once", "[system][documents]") {
  const workshop shop;
  const std::string err = refused(shop, with_wrong(R"({"id": "b", "name": "b", "command": 7},
  {"id": "c", "name": "c"},
  {"id": "d", "name": "d", "command": "true", "cpus": "many"})"));
  INFO(err);
  CHECK(has(err, "tasks.json:3:"));
  CHECK(has(err, "tasks.json:4:"));
  CHECK(has(err, "tasks.json:5:"));
}

TEST_CASE("a document that is not there is a problem of its own", "[system][documents]") {
  const workshop shop;
  program p(shop.local((shop.folder() / "nothing.json").string()));
  p.finish();
  CHECK(p.exit_code() == 2);
  CHECK(has(p.err(), "nothing.json"));
}

TEST_CASE("problems as JSON are one object with file, line, column and message", "[system][documents]") {
  const workshop shop;
  const std::string file = shop.document(with_wrong(R"({"id": "b", "name": "b", "command": 7})"));
  const bool validate = GENERATE(true, false);
  program p(validate ? shop.settle({"validate", file, "--json"}) : shop.local(file, {"--json"}));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 2);
  simdjson::dom::parser parser;
  simdjson::dom::element all;
  REQUIRE(parser.parse(p.out()).get(all) == simdjson::SUCCESS);
  const simdjson::dom::element first = all["problems"].at(0);
  CHECK(first["file"].get_string().value() == file);
  CHECK(first["line"].get_int64().value() == 3);
  CHECK(first["column"].get_int64().value() > 1);
  CHECK_FALSE(first["message"].get_string().value().empty());
  CHECK(all["valid"].get_bool().value() == false);
}

TEST_CASE("validate says that nothing is wrong and runs nothing", "[system][documents]") {
  const workshop shop;
  const std::string file = shop.document(R"([{"id": "a", "name": "a", "command": "touch ran"}])");
  program p(shop.settle({"validate", file}));
  p.finish();
  CHECK(p.exit_code() == 0);
  CHECK(p.out() == "1 task, nothing wrong\n");
  CHECK_FALSE(std::filesystem::exists(shop.work() / "ran"));
  CHECK_FALSE(std::filesystem::exists(shop.state()));
}

TEST_CASE("a document comes through standard input too", "[system][documents]") {
  const workshop shop;
  invocation what = shop.settle({"run", "-", "--backend", "local"});
  what.input = R"([{"id": "a", "name": "a", "command": "touch ran"}])";
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 0);
  CHECK(std::filesystem::exists(shop.work() / "ran"));
}

TEST_CASE("a run without tasks is completed, with a warning", "[system][documents]") {
  const workshop shop;
  program p(shop.local(shop.document(R"({"tasks": []})")));
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 0);
  CHECK(has(p.err(), "no items"));
}

TEST_CASE("wrong usage is exit code 2 with the nearest word", "[system][documents]") {
  const workshop shop;
  program command(shop.settle({"vaildate", "x"}));
  command.finish();
  CHECK(command.exit_code() == 2);
  CHECK(has(command.err(), "did you mean 'validate'"));
  program option(shop.settle({"run", "x", "--jsno"}));
  option.finish();
  CHECK(option.exit_code() == 2);
  CHECK(has(option.err(), "did you mean '--json'"));
  program version(shop.settle({"--version"}));
  version.finish();
  CHECK(version.exit_code() == 0);
  CHECK(has(version.out(), "settle "));
}

TEST_CASE("standard input that cannot be read is told, and is no empty document", "[system][documents]") {
  const workshop shop;
  const auto words = GENERATE(values<std::vector<std::string>>({{"run", "-", "--backend", "local"},
                                                                {"submit", "-", "--backend", "local"},
                                                                {"validate", "-"},
                                                                {"import", "-"}}));
  auto what = shop.settle(words);
  what.argv.insert(what.argv.begin(), {"/bin/sh", "-c", "exec \"$0\" \"$@\" </"});  // a folder
  program p(what);
  p.finish();
  INFO(words[0] << ": " << p.err());
  CHECK(p.exit_code() == 2);
  CHECK(p.out().empty());
  CHECK(has(p.err(), "<stdin>: cannot be read: Is a directory"));
}

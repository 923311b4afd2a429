// The program on this machine's processes: verdicts, ids, commands, environment, generators, limits.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace settle::tests;

namespace {

const std::string examples = SETTLE_SOURCE_DIR "/examples/";

std::vector<told> stream_of(const invocation& what, int exit_code) {
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == exit_code);
  const auto events = read_stream(p.out());
  check_stream(events);
  return events;
}

std::string one_task(const std::string& command, const std::string& more = "") {
  return "[{\"id\": \"a\", \"name\": \"a\", \"command\": " + quoted(command) + more + "}]";
}

}  // namespace

TEST_CASE("a fan-out in which all is well ends with 0", "[system][local]") {
  const workshop shop;
  const auto events = stream_of(shop.local(examples + "fanout.json", {"--json"}), 0);
  CHECK(events.back().status == "completed");
  CHECK(events.back().confirmed == true);
  const auto last = verdicts(events);
  CHECK(last.size() > 200);  // its generator added some
  for (const auto& [item, e] : last) {
    INFO(item);
    CHECK(e.status == "completed");
    CHECK(e.evidence == "process");
    CHECK(e.exit_code == 0);
  }
}

TEST_CASE("a run in which all is well is told in a few plain lines", "[system][local]") {
  const workshop shop;
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += (i == 0 ? "[" : ",") + std::string("{\"id\": \"t") + std::to_string(i) +
            "\", \"name\": \"t\", \"command\": \"true\"}";
  program p(shop.local(shop.document(text + "]")));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 0);
  CHECK(has(p.out(), "40 items: 40 completed"));
  CHECK(has(p.out(), "completed: all 40 items completed, each confirmed"));
  CHECK_FALSE(has(p.out(), "\x1b"));
  CHECK(lines_in(p.out()) <= 5);
  CHECK(p.err().empty());
}

TEST_CASE("every failure is told with its cause, and the run ends with 1", "[system][local][slow]") {
  const workshop shop;
  const std::map<std::string, std::string> causes{{"fails.exit-3", "exit_nonzero"},
                                                  {"fails.exit-137", "exit_nonzero"},
                                                  {"fails.killed", "signal"},
                                                  {"fails.timeout", "timeout"},
                                                  {"fails.working-dir", "launch_failure"},
                                                  {"fails.generator", "generator_failed"},
                                                  {"after.exit-3", "dependency_failed"},
                                                  {"after.after", "dependency_failed"}};
  program json(shop.local(examples + "fanout_with_failures.json", {"--json"}));
  program words(shop.local(examples + "fanout_with_failures.json"));
  json.finish(std::chrono::seconds(200));
  words.finish(std::chrono::seconds(200));
  CHECK(json.exit_code() == 1);
  const auto events = read_stream(json.out());
  check_stream(events);
  auto last = verdicts(events);
  CHECK(events.back().status == "failed");
  for (const char* item : {"gather", "unharmed", "sample.1"})
    CHECK(last[item].status == "completed");
  CHECK(last["fails.exit-3"].exit_code == 3);
  CHECK(last["fails.exit-137"].exit_code == 137);
  CHECK(last["fails.killed"].signal == 9);
  CHECK_FALSE(last["fails.killed"].exit_code);
  CHECK(words.exit_code() == 1);
  INFO(words.out());
  REQUIRE(has(words.out(), "ITEM"));
  const std::string table = words.out().substr(words.out().find("ITEM"));
  for (const auto& [item, cause] : causes) {
    INFO(item);
    CHECK(last[item].cause == cause);
    CHECK(last[item].status == (cause == "dependency_failed" ? "dep_failed" : "failed"));
    const std::size_t row = table.find("\n" + item + " ");
    REQUIRE(row != std::string::npos);
    CHECK(has(table.substr(row + 1, table.find('\n', row + 1) - row), cause));
  }
  CHECK(has(table, ".err"));  // fails.exit-3 said something
  CHECK_FALSE(has(table, "\nunharmed "));
}

TEST_CASE("strange ids are unchanged in JSON and stay inside the run's folder", "[system][local]") {
  const workshop shop;
  const std::vector<std::string> ids{"../../etc/x",
                                     "a/b",
                                     "/abs",
                                     ".",
                                     "..",
                                     "-rf",
                                     std::string(300, 'x'),
                                     "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x8D\xA3",
                                     "q\"uo'te`$(touch ran)",
                                     "new\nline",
                                     "esc\x1b[31m",
                                     "tab\t|bar",
                                     "100%",
                                     "back\\slash"};
  std::string text;
  for (const std::string& id : ids)
    text += (text.empty() ? "[" : ",\n") + std::string("{\"id\": ") + quoted(id) +
            ", \"name\": " + quoted(id) + ", \"command\": \"echo out; echo err >&2; exit 1\"}";
  const std::string file = shop.document(text + "]");
  const auto events = stream_of(shop.local(file, {"--json"}), 1);
  auto last = verdicts(events);
  for (const std::string& id : ids) {
    INFO(id);
    CHECK(last.count(id) == 1);
  }
  CHECK(last.size() == ids.size());
  std::size_t logs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shop.only_run() / "logs"))
    logs += entry.is_regular_file() && !read_file(entry.path()).empty() ? 1 : 0;
  CHECK(logs == 2 * ids.size());
  CHECK_FALSE(std::filesystem::exists(shop.work() / "ran"));
  CHECK(std::filesystem::is_empty(shop.work()));

  program words(shop.settle({"show", "last"}));
  words.finish();
  CHECK(words.exit_code() == 0);
  CHECK_FALSE(has(words.out(), "\x1b"));
  CHECK(has(words.out(), "esc\\x1b[31m"));
  CHECK(has(words.out(), "new\\nline"));
}

TEST_CASE("a command's text reaches the shell byte for byte", "[system][local]") {
  const workshop shop;
  const auto [command, printed] = GENERATE(table<std::string, std::string>({
      {R"(printf '%s' 'a  b   $HOME `x` \n "q"')", R"(a  b   $HOME `x` \n "q")"},
      {"printf 'one\\ntwo'\nprintf 'three'", "one\ntwothree"},
      {"cat <<'EOF'\n  kept $x `y` \\\nEOF\n", "  kept $x `y` \\\n"},
      {"cat <<'SETTLE'\nEOF\nSETTLE\n", "EOF\n"},
      {"printf '\xE6\x97\xA5\t\x01'", "\xE6\x97\xA5\t\x01"},
      {"printf x # a comment at the end", "x"},
      {"printf x \\\n  && printf y", "xy"},
      {"printf 'cr\r\n'", "cr\r\n"},
  }));
  INFO(command);
  program p(shop.local(shop.document(one_task("{ " + command + "\n} > out"))));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 0);
  CHECK(read_file(shop.work() / "out") == printed);
}

TEST_CASE("env rules reach the job", "[system][local]") {
  const workshop shop;
  const std::string file = shop.document(R"({
    "env_groups": {"paths": [{"set": {"FROM_GROUP": "g"}}]},
    "env": [{"set": {"A": "1", "LIST": "x"}}, {"include": ["paths"]}],
    "tasks": [{"id": "a", "name": "a",
               "env": [{"append": {"LIST": ":y"}}, {"set": {"B": "${A}2"}}, {"init": "INIT=ran"}],
               "command": "echo \"$A $B $LIST $FROM_GROUP $INIT $SETTLE_ITEM_ID\" > out"}]})");
  program p(shop.local(file));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 0);
  const std::string out = read_file(shop.work() / "out");
  INFO(out);
  CHECK(has(out, "1 12 "));
  CHECK(has(out, " g ran a\n"));
}

TEST_CASE("no more than max-concurrent run at once, and that many do", "[system][local]") {
  const workshop shop;
  std::string text;
  for (int i = 0; i < 12; ++i)
    text += (i == 0 ? "[" : ",") + std::string("{\"id\": \"t") + std::to_string(i) +
            "\", \"name\": \"t\", \"command\": \"echo + >> log; sleep 0.3; echo - >> log\"}";
  const std::string file = shop.document(text + "]");
  stream_of(shop.local(file, {"--json", "--max-concurrent", "3", "--slots", "8"}), 0);
  int running = 0;
  int most = 0;
  for (const char c : read_file(shop.work() / "log")) {
    running += c == '+' ? 1 : c == '-' ? -1 : 0;
    most = std::max(most, running);
  }
  CHECK(running == 0);
  CHECK(most == 3);
}

TEST_CASE("a generator's tasks join the run", "[system][local]") {
  const workshop shop;
  const std::string file = shop.document(R"([
    {"id": "gen", "name": "gen", "generates_source": "more.json",
     "command": "echo '[{\"id\": \"x\", \"name\": \"x\", \"command\": \"touch x\", \"deps\": [\"gen\"]}]' > more.json"}])");
  const auto events = stream_of(shop.local(file, {"--json"}), 0);
  CHECK(verdicts(events).count("x") == 1);
  CHECK(std::filesystem::exists(shop.work() / "x"));
  program shown(shop.settle({"show", "last", "--json"}));
  shown.finish();
  CHECK(has(shown.out(), "\"command\":\"touch x\""));
}

TEST_CASE("a generator's wrong document fails it, and nothing of it runs", "[system][local]") {
  const workshop shop;
  const std::string written = GENERATE("garbage", "[{\"id\": 1}]",
                                       R"([{"id": "p", "name": "p", "command": "touch ran", "deps": ["q"]},
                                           {"id": "q", "name": "q", "command": "touch ran", "deps": ["p"]}])",
                                       R"([{"id": "gen", "name": "p", "command": "touch ran"}])");
  INFO(written);
  write_file(shop.folder() / "source.json", written);
  const std::string file = shop.document(
      R"([{"id": "gen", "name": "gen", "command": "cp ../source.json more.json", "generates_source": "more.json"},
          {"id": "after", "name": "after", "command": "touch ran", "deps": ["gen"]}])");
  const auto events = stream_of(shop.local(file, {"--json"}), 1);
  auto last = verdicts(events);
  CHECK(last["gen"].status == "failed");
  CHECK(last["gen"].cause == "generator_failed");
  CHECK_FALSE(last["gen"].error.empty());
  CHECK(last["after"].status == "dep_failed");
  CHECK_FALSE(std::filesystem::exists(shop.work() / "ran"));
}

TEST_CASE("a task's large output is whole in its log and not in settle's memory", "[system][local]") {
  const workshop shop;
  program p(shop.local(shop.document(one_task("head -c 200000000 /dev/zero"))));
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 0);
  std::uintmax_t largest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shop.only_run() / "logs"))
    largest = std::max(largest, entry.file_size());
  CHECK(largest == 200'000'000);
  CHECK(p.max_rss_kib() < 100 * 1024);
}

TEST_CASE("ids are found again by prefix and last, unknown ones are refused", "[system][show]") {
  const workshop shop;
  const auto events = stream_of(shop.local(shop.document(one_task("exit 7")), {"--json"}), 1);
  const std::string run = events.front().run;
  for (const std::string& name : {run, run.substr(0, run.size() - 1), std::string("last")}) {
    program p(shop.settle({"show", name, "--json"}));
    p.finish();
    INFO(name << p.err());
    CHECK(p.exit_code() == 0);
    CHECK(has(p.out(), "\"id\":\"" + run + "\""));
    CHECK(has(p.out(), "\"exit_code\":7"));
    CHECK(has(p.out(), "\"cause\":\"exit_nonzero\""));
  }
  program item(shop.settle({"show", "last", "a"}));
  item.finish();
  INFO(item.out());
  CHECK(item.exit_code() == 0);
  CHECK(has(item.out(), "exit 7"));
  CHECK(has(item.out(), "running"));
  program nobody(shop.settle({"show", "last", "nobody"}));
  nobody.finish();
  CHECK(nobody.exit_code() == 2);
  program nothing(shop.settle({"show", "zzz"}));
  nothing.finish();
  CHECK(nothing.exit_code() == 2);
}

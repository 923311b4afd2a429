#include "io/tasks/document.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle::tasks;

namespace {

std::string told(const std::vector<problem>& problems) {
  std::string out;
  for (const problem& p : problems)
    out += std::to_string(p.at.line) + ":" + std::to_string(p.at.column) + " " + p.words + "\n";
  return out;
}

/// Exactly one problem, at this place, whose words hold this.
void refused(std::string_view text, std::uint32_t line, std::uint32_t column, std::string_view words) {
  const parsed p = parse_document(text);
  INFO(text << "\n" << told(p.problems));
  REQUIRE(p.problems.size() == 1);
  CHECK(p.problems[0].at.line == line);
  CHECK(p.problems[0].at.column == column);
  CHECK(p.problems[0].words.find(words) != std::string::npos);
}

/// A task with one more field, which begins at column 41.
std::string task_with(const std::string& field) {
  return R"([{"id": "a", "name": "A", "command": "x", )" + field + "}]";
}
constexpr std::uint32_t field_column = 43;

}  // namespace

TEST_CASE("a document that is no list and no object is told so", "[tasks][problem]") {
  refused("", 1, 1, "empty");
  refused(" \n\t ", 1, 1, "empty");
  refused("\xEF\xBB\xBF", 1, 1, "empty");
  refused("null", 1, 1, "an object with \"tasks\"");
  refused("\n 42", 2, 2, "42");
  refused("\"x\"", 1, 1, "an object with");
  refused("{}", 1, 1, "\"tasks\" is missing");
  refused(R"({"tasks": {}})", 1, 11, "must be a list, not an object");
  refused(R"({"tasks": null})", 1, 11, "must be a list, not null");
}

TEST_CASE("an object that is a task itself is told to be put into a list", "[tasks][problem]") {
  const parsed p = parse_document(R"({"id": "a", "name": "A", "command": "x"})");
  INFO(told(p.problems));
  REQUIRE(p.problems.size() == 4);
  CHECK(p.problems[0].words.find("put [ and ] around") != std::string::npos);
  CHECK(p.problems[1].words == "\"id\" belongs in a task, not beside \"tasks\"");
}

TEST_CASE("a task that lacks what every task needs is refused at its brace", "[tasks][problem]") {
  refused("[\n {}]", 2, 2, "this task lacks \"id\", \"name\", \"command\"");
  refused(R"([{"id": "a", "name": "A"}])", 1, 2, "task \"a\" lacks \"command\"");
  refused(R"([{"id": "", "name": "A", "command": "x"}])", 1, 9, "\"id\" is empty");
  refused(R"([{"id": null, "name": "A", "command": "x"}])", 1, 9, "must be a string, not null");
  refused(R"([7])", 1, 2, "a task must be an object, not 7");
}

TEST_CASE("a value of the wrong type is refused where it stands", "[tasks][problem]") {
  const auto at = GENERATE(table<std::string, std::uint32_t, std::string>({
      {R"("cpus": "4")", 8, "must be a number, not the string \"4\" (write 4)"},
      {R"("cpus": "four")", 8, "must be a number, not a string"},
      {R"("cpus": 0)", 8, "whole number from 1"},
      {R"("cpus": -1)", 8, "whole number from 1"},
      {R"("cpus": 1.5)", 8, "not 1.5"},
      {R"("cpus": 1e2)", 8, "not 1e2"},
      {R"("cpus": 99999999999999999999)", 8, "not 99999999999999999999"},
      {R"("cpus": 70000)", 8, "to 65533"},
      {R"("cpus": true)", 8, "not true"},
      {R"("memory": 4096)", 10, "must be a string, not 4096 (write \"4096\")"},
      {R"("memory": "4 G")", 10, "\"memory\" is \"4 G\""},
      {R"("memory": "lots")", 10, "Slurm reads a number"},
      {R"("time_limit": "1 hour")", 14, "\"time_limit\" is \"1 hour\""},
      {R"("time_limit": "1:2:3:4")", 14, "hh:mm:ss"},
      {R"("deps": "b")", 8, "must be a list, not a string"},
      {R"("deps": ["b", 3])", 14, "an element of \"deps\" must be a string, not 3"},
      {R"("partition": ["p"])", 13, "must be a string, not a list"},
      {R"("env": {"A": "1"})", 7, "must be a list, not an object"},
      {R"("sbatch_args": "--x")", 15, "must be a list"},
      {R"("init": 5)", 8, "must be a string"},
  }));
  refused(task_with(std::get<0>(at)), 1, field_column + std::get<1>(at), std::get<2>(at));
}

TEST_CASE("an unknown key is refused with the one that was meant", "[tasks][problem]") {
  const auto meant = GENERATE(table<std::string, std::string>({{"comand", "command"},
                                                               {"partitoin", "partition"},
                                                               {"Time-Limit", "time_limit"},
                                                               {"mem", "memory"},
                                                               {"depends_on", "deps"},
                                                               {"cwd", "working_dir"},
                                                               {"dep", "deps"},
                                                               {"cpu", "cpus"}}));
  refused(task_with('"' + std::get<0>(meant) + R"(": {"deep": [1, {"a": null}]})"), 1, field_column,
          "unknown key \"" + std::get<0>(meant) + "\"; did you mean \"" + std::get<1>(meant) + "\"?");
}

TEST_CASE("an unknown key far from any other is refused without a guess", "[tasks][problem]") {
  const parsed p = parse_document(task_with(R"("quux_frobnicate": 1)"));
  REQUIRE(p.problems.size() == 1);
  CHECK(p.problems[0].words == "unknown key \"quux_frobnicate\"");
  refused(task_with(R"("title": "x")"), 1, field_column, "belongs beside \"tasks\"");
}

TEST_CASE("scripthut's keys without a use here are a warning, told once", "[tasks][problem]") {
  const parsed p = parse_document(R"({"description": "d", "title": "t", "tasks": [
    {"id": "a", "name": "A", "command": "x", "image": "i", "inputs": ["x"], "outputs": [], "cache": true,
     "cache_scope": "commit"},
    {"id": "b", "name": "B", "command": "x", "image": null}]})");
  CHECK(told(p.problems).empty());
  REQUIRE(p.warnings.size() == 6);
  CHECK(p.warnings[0].words.find("\"description\"") == 0);
  CHECK(p.warnings[1].words.find("(2 times)") != std::string::npos);
}

TEST_CASE("legacy environment fields are refused with the way out", "[tasks][problem]") {
  refused(task_with(R"("environment": "julia")"), 1, field_column, "\"env\": [{\"set\"");
  refused(task_with(R"("env_vars": {"A": "1"})"), 1, field_column, "env_groups");
}

TEST_CASE("deps and dependencies together are refused, even when equal", "[tasks][problem]") {
  refused(task_with(R"("deps": ["b"], "dependencies": ["b"])"), 1, field_column + 15,
          "two spellings of one thing");
}

TEST_CASE("a key given twice is refused wherever keys stand", "[tasks][problem]") {
  refused(task_with(R"("command": "y")"), 1, field_column,
          "\"command\" is given twice in one object; the first stands at 1:27");
  refused(task_with(R"("\u0063ommand": "y")"), 1, field_column, "given twice");
  refused(task_with(R"("env": [{"set": {"A": "1", "A": "2"}}])"), 1, 70, "\"A\" is given twice");
  refused(task_with(R"("env": [{"set": {}, "set": {}}])"), 1, 63, "\"set\" is given twice");
  refused(R"({"tasks": [], "tasks": []})", 1, 15, "\"tasks\" is given twice");
  refused(R"({"tasks": [], "env_groups": {"g": [], "g": []}})", 1, 39, "\"g\" is given twice");
}

TEST_CASE("a NUL in a string is refused", "[tasks][problem]") {
  refused(R"([{"id": "a", "name": "A", "command": "x\u0000y"}])", 1, 38, "NUL");
  refused(task_with(R"("deps": ["b\u0000"])"), 1, field_column + 9, "NUL");
  refused(task_with(R"("env": [{"set": {"A": "\u0000"}}])"), 1, 65, "NUL");
}

TEST_CASE("sbatch_args that settle owns are refused one by one", "[tasks][problem]") {
  const parsed p = parse_document(task_with(R"("sbatch_args": ["--exclusive", "--array=1-3", "--wait"])"));
  INFO(told(p.problems));
  REQUIRE(p.problems.size() == 2);
  CHECK(p.problems[0].at.column == field_column + 31);
  CHECK(p.problems[0].words.find("--array=1-3") != std::string::npos);
  CHECK(p.problems[1].at.column == field_column + 46);
}

TEST_CASE("env rules that are not understood are refused", "[tasks][problem]") {
  const auto rule = GENERATE(table<std::string, std::string>({
      {R"({"sett": {"A": "1"}})", "unknown key \"sett\" in an env rule; did you mean \"set\"?"},
      {R"({"OMP_NUM_THREADS": "1"})", "variables stand in set"},
      {R"({"stacks": ["julia"]})", "\"stacks\" are installed"},
      {R"({"set": {"A": 1}})", "must be a string, not 1 (write \"1\")"},
      {R"({"set": {"1A": "1"}})", "no name for a variable"},
      {R"({"set": {"A B": "1"}})", "no name for a variable"},
      {R"({"set": {"": "1"}})", "no name for a variable"},
      {R"({"set": {"SCRIPTHUT_RUN_ID": "1"}})", "cannot be set by a rule"},
      {R"({"append": {"SETTLE_TOKEN": "1"}})", "cannot be set by a rule"},
      {R"({"set": {"UID": "1"}})", "read-only"},
      {R"({"if": {"A": 1}, "set": {}})", "\"if\" \"A\" must be a string, not 1"},
      {R"({"if": {"A": ["1", null]}})", "must be a string, not null"},
      {R"({"include": "g"})", "must be a list"},
      {R"({"include": ["g"]})", "\"env_groups\" does not hold"},
      {R"("module load x")", "an env rule must be an object, not a string"},
  }));
  const parsed p = parse_document(task_with(R"("env": [)" + std::get<0>(rule) + "]"));
  INFO(std::get<0>(rule) << "\n" << told(p.problems));
  REQUIRE(p.problems.size() == 1);
  CHECK(p.problems[0].words.find(std::get<1>(rule)) != std::string::npos);
}

TEST_CASE("env groups that include each other are refused as a path", "[tasks][problem]") {
  const parsed p = parse_document(R"({"tasks": [], "env_groups": {
    "a": [{"include": ["b"]}],
    "b": [{"set": {"X": "1"}}, {"include": ["c"]}],
    "c": [{"include": ["a"]}],
    "d": [{"include": ["d"]}]}})");
  INFO(told(p.problems));
  REQUIRE(p.problems.size() == 2);
  CHECK(p.problems[0].at.line == 4);
  CHECK(p.problems[0].words.find("a -> b -> c -> a") != std::string::npos);
  CHECK(p.problems[1].words.find("d -> d") != std::string::npos);
}

TEST_CASE("a dollar that settle does not replace is a warning, not silence", "[tasks][problem]") {
  const parsed p = parse_document(R"([
    {"id": "a", "name": "A", "command": "$HOME", "working_dir": "/s/${USER}", "output_file": "${SETTLE_RUN_ID}.out",
     "env": [{"set": {"A": "${HOME}/$USER", "B": "${A}"}}]}])");
  CHECK(told(p.problems).empty());
  INFO(told(p.warnings));
  REQUIRE(p.warnings.size() == 2);
  CHECK(p.warnings[0].words.find("\"working_dir\" holds \"${USER}\"") == 0);
  CHECK(p.warnings[1].words.find("\"$USER\"") != std::string::npos);
}

TEST_CASE("all problems come at once, in the order of the text", "[tasks][problem]") {
  const parsed p =
      parse_document("{\"partition\": 3,\n \"tasks\": [\n  {\"id\": 1, \"name\": \"A\"},\n  5,\n"
                     "  {\"id\": \"b\", \"name\": \"B\", \"command\": \"x\", \"cpus\": 0, \"nam\": 1}],\n"
                     " \"memory\": \"x\", \"zzzzzzzz\": 0}");
  INFO(told(p.problems));
  REQUIRE(p.problems.size() == 8);
  std::uint32_t line = 1;
  for (const problem& each : p.problems) {
    CHECK(each.at.line >= line);
    line = each.at.line;
  }
  CHECK(p.problems[1].words.find("lacks \"command\"") != std::string::npos);
}

TEST_CASE("a syntax error is told together with the problems before it", "[tasks][problem]") {
  const parsed p = parse_document("[{\"id\": 1, \"name\": \"A\", \"command\": \"x\"},\n {\"id\" \"b\"}]");
  INFO(told(p.problems));
  REQUIRE(p.problems.size() == 2);
  CHECK(p.problems[0].words.find("must be a string, not 1") != std::string::npos);
  CHECK(p.problems[1].at.line == 2);
  CHECK(p.problems[1].at.column == 8);
  CHECK(p.problems[1].words == "not JSON: expected ':' after the key, found '\"'");
}

TEST_CASE("a great many problems are counted, not all told", "[tasks][problem]") {
  std::string text = "[";
  for (int i = 0; i < 12'000; ++i)
    text += i ? ",1" : "1";
  const parsed p = parse_document(text + "]");
  REQUIRE(p.problems.size() == problems_told_max + 1);
  CHECK(p.problems.back().words.find("2000 problems more") != std::string::npos);
}

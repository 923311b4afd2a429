#include "io/tasks/document.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <unistd.h>

using namespace settle::tasks;

namespace {

document good(std::string_view text, const document* parent = nullptr) {
  parsed p = parse_document(text, parent);
  for (const problem& each : p.problems)
    UNSCOPED_INFO(each.at.line << ":" << each.at.column << " " << each.words);
  REQUIRE(p.problems.empty());
  return std::move(p.doc);
}

std::string scratch_file(const std::string& name, const std::string& bytes) {
  const std::string path = settle::tests::scratch_folder() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

}  // namespace

TEST_CASE("a task needs id, name and command alone, and asks for nothing else", "[tasks][document]") {
  const document doc = good(R"({"tasks": [{"id": "a", "name": "A", "command": "true"}]})");
  REQUIRE(doc.tasks.size() == 1);
  const task& t = doc.tasks[0];
  CHECK(t.id == "a");
  CHECK(t.name == "A");
  CHECK(t.command == "true");
  for (const std::string* text :
       {&t.wants->working_dir, &t.wants->partition, &t.wants->account, &t.wants->qos, &t.wants->constraint,
        &t.wants->memory, &t.wants->time_limit, &t.wants->gres, &t.output_file.str(), &t.error_file.str(),
        &t.generates_source.str(), &t.init.str()})
    CHECK(text->empty());
  CHECK_FALSE(t.wants->cpus);
  CHECK(t.wants->sbatch_args.empty());
  CHECK(t.deps.empty());
  CHECK(t.env.empty());
}

TEST_CASE("a bare list is a document too", "[tasks][document]") {
  CHECK(good(R"([{"id": "a", "name": "A", "command": ""}])").tasks.size() == 1);
  CHECK(good("[]").tasks.empty());
  CHECK(good(R"({"tasks": []})").tasks.empty());
}

TEST_CASE("every field of a task is read", "[tasks][document]") {
  const document doc = good(R"({"title": "study", "tasks": [{
    "id": "a.1", "name": "A", "command": "echo \"x\"\n", "working_dir": "~/w", "partition": "p", "account": "acc",
    "qos": "q", "constraint": "c&d", "cpus": 4, "memory": "4G", "time_limit": "1-00:00:00", "gres": "gpu:2",
    "sbatch_args": ["--exclusive", "--nice=5"], "deps": ["b.*", "c"], "output_file": "o", "error_file": "e",
    "init": "module load x", "generates_source": "more.json",
    "env": [{"if": {"A": "1", "B": ["2", "3"]}, "include": ["g"], "set": {"X": "${Y}"}, "append": {"PATH": "/b"},
             "init": "i"}]}],
    "env_groups": {"g": [{"set": {"G": "1"}}]}, "env": [{"include": ["g"]}]})");
  const task& t = doc.tasks.at(0);
  CHECK(doc.title == "study");
  CHECK(t.command == "echo \"x\"\n");
  CHECK(t.wants->working_dir == "~/w");
  CHECK(t.wants->partition == "p");
  CHECK(t.wants->account == "acc");
  CHECK(t.wants->qos == "q");
  CHECK(t.wants->constraint == "c&d");
  CHECK(t.wants->cpus == 4);
  CHECK(t.wants->memory == "4G");
  CHECK(t.wants->time_limit == "1-00:00:00");
  CHECK(t.wants->gres == "gpu:2");
  CHECK(t.wants->sbatch_args == std::vector<std::string>{"--exclusive", "--nice=5"});
  CHECK(t.deps == std::vector<std::string>{"b.*", "c"});
  CHECK(t.output_file == "o");
  CHECK(t.error_file == "e");
  CHECK(t.init == "module load x");
  CHECK(t.generates_source == "more.json");
  REQUIRE(t.env.size() == 1);
  const env_rule& rule = t.env[0];
  REQUIRE(rule.when.size() == 2);
  CHECK(rule.when[0].second == std::vector<std::string>{"1"});
  CHECK(rule.when[1].second == std::vector<std::string>{"2", "3"});
  CHECK(rule.include == std::vector<std::string>{"g"});
  CHECK(rule.set.at(0).second == "${Y}");
  CHECK(rule.append.at(0).first == "PATH");
  CHECK(rule.init == "i");
  CHECK(doc.groups.at("g").size() == 1);
  CHECK(doc.env.size() == 1);
}

TEST_CASE("both spellings of deps are read, and null means not given", "[tasks][document]") {
  const document doc = good(R"([{"id": "a", "name": "A", "command": "x", "dependencies": ["b"], "gres": null,
    "output_file": null, "env": null, "cpus": null, "deps": null}])");
  CHECK(doc.tasks[0].deps == std::vector<std::string>{"b"});
  CHECK_FALSE(doc.tasks[0].wants->cpus);
}

TEST_CASE("what stands beside tasks fills what a task lacks, wherever it stands", "[tasks][document]") {
  const document doc = good(R"({"partition": "p", "cpus": 2, "tasks": [
      {"id": "a", "name": "A", "command": "x"},
      {"id": "b", "name": "B", "command": "x", "partition": "own", "cpus": 1, "account": "", "sbatch_args": [],
       "init": ""}],
    "account": "acc", "sbatch_args": ["--exclusive"], "time_limit": "5", "init": "lines"})");
  const resources& a = *doc.tasks[0].wants;
  CHECK(a.partition == "p");
  CHECK(a.cpus == 2);
  CHECK(a.account == "acc");
  CHECK(a.time_limit == "5");
  CHECK(a.sbatch_args == std::vector<std::string>{"--exclusive"});
  const resources& b = *doc.tasks[1].wants;
  CHECK(b.partition == "own");
  CHECK(b.cpus == 1);
  CHECK(b.account.empty());
  CHECK(b.time_limit == "5");
  CHECK(b.sbatch_args.empty());
  CHECK(doc.init == "lines");
  CHECK_FALSE(doc.tasks[0].own_init);
  CHECK(doc.tasks[1].own_init);
}

TEST_CASE("tasks, ids and deps know their places", "[tasks][document]") {
  const document doc = good("{\n  \"tasks\": [\n    {\"id\":  \"a\", \"name\": \"Ä\",\"command\": \"x\",\n"
                            "     \"deps\": [\"b\",\n\"c\"]}]}");
  REQUIRE(doc.places.size() == 1);
  const task_places& t = doc.places[0];
  CHECK(t.at.line == 3);
  CHECK(t.at.column == 5);
  CHECK(t.id.line == 3);
  CHECK(t.id.column == 13);
  REQUIRE(t.deps.size() == 2);
  CHECK(t.deps[0].line == 4);
  CHECK(t.deps[0].column == 15);
  CHECK(t.deps[1].line == 5);
  CHECK(t.deps[1].column == 1);
}

TEST_CASE("a byte order mark is no part of the document", "[tasks][document]") {
  const document doc = good("\xEF\xBB\xBF[{\"id\": \"a\", \"name\": \"A\", \"command\": \"x\"}]");
  CHECK(doc.places[0].at.column == 2);
}

TEST_CASE("a generator's document stands on its parent's defaults, rules and groups", "[tasks][document]") {
  const document parent = good(R"({"account": "acc", "partition": "p", "init": "lines",
    "env": [{"set": {"A": "1"}}], "env_groups": {"g": [{"set": {"G": "parent"}}], "h": []},
    "tasks": [{"id": "gen", "name": "G", "command": "x"}]})");
  const document child = good(R"({"partition": "q", "env": [{"include": ["g"]}],
    "env_groups": {"g": [{"set": {"G": "child"}}]},
    "tasks": [{"id": "a", "name": "A", "command": "x", "env": [{"include": ["h"]}]}]})",
                              &parent);
  REQUIRE(child.tasks.size() == 1);
  CHECK(child.tasks[0].wants->account == "acc");
  CHECK(child.tasks[0].wants->partition == "q");
  CHECK(child.init == "lines");
  CHECK(child.env.size() == 2);
  CHECK(child.groups.at("g").at(0).set.at(0).second == "child");
  CHECK(without_tasks(parent).tasks.empty());
}

TEST_CASE("a file is read like its text, and one that cannot be read is a problem at 0:0",
          "[tasks][document]") {
  const std::string text = R"([{"id": "a", "name": "A", "command": "x"}])";
  CHECK(read_document(scratch_file("good.json", text)).doc.tasks.size() == 1);
  const parsed empty = read_document(scratch_file("empty.json", ""));
  REQUIRE(empty.problems.size() == 1);
  CHECK(empty.problems[0].at.line == 1);
  for (const std::string& path : {std::string("/nonexistent/tasks.json"), std::string("/tmp")}) {
    const parsed p = read_document(path);
    REQUIRE(p.problems.size() == 1);
    CHECK(p.problems[0].at.line == 0);
    CHECK(p.problems[0].words.find(path) == 0);
  }
}

TEST_CASE("a document from a pipe is read to its end", "[tasks][document]") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string text = R"([{"id": "a", "name": "A", "command": "x"}])";
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  CHECK(read_document("/dev/fd/" + std::to_string(ends[0])).doc.tasks.size() == 1);
  ::close(ends[0]);
}

TEST_CASE("a hundred thousand tasks are read whole", "[tasks][document]") {
  std::string text = "{\"tasks\": [\n";
  for (int i = 0; i < 100'000; ++i) {
    const std::string n = std::to_string(i);
    text += (i ? ",\n" : "") + std::string("{\"id\": \"t.") + n +
            "\", \"name\": \"T\", \"command\": \"echo " + n + "\", \"deps\": []}";
  }
  text += "]}";
  const document doc = good(text);
  REQUIRE(doc.tasks.size() == 100'000);
  CHECK(doc.tasks.back().id == "t.99999");
  CHECK(doc.places.back().at.line == 100'001);
}

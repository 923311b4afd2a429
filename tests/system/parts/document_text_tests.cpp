// A document written again for a retry: whoever reads it reads the same tasks.
#include "io/tasks/document.hpp"
#include "runtime/document_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace settle;

namespace {

using rules = std::vector<tasks::env_rule>;

bool same(const rules& a, const rules& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return x.when == y.when && x.include == y.include && x.set == y.set && x.append == y.append &&
                  x.init == y.init;
         });
}

tasks::document read(const std::string& text, const tasks::document* parent = nullptr) {
  auto parsed = tasks::parse_document(text, parent);
  for (const auto& problem : parsed.problems)
    FAIL(problem.at.line << ": " << problem.words << " in " << text);
  return std::move(parsed.doc);
}

void check_same(const tasks::document& was, const tasks::document& is) {
  CHECK(is.title == was.title);
  CHECK(is.init == was.init);
  CHECK(is.defaults == was.defaults);
  CHECK(same(is.env, was.env));
  REQUIRE(is.groups.size() == was.groups.size());
  for (const auto& [name, group] : was.groups)
    CHECK(same(is.groups.at(name), group));
  REQUIRE(is.tasks.size() == was.tasks.size());
  for (std::size_t i = 0; i < was.tasks.size(); ++i) {
    const auto &a = was.tasks[i], &b = is.tasks[i];
    CHECK(std::vector<std::string>{a.id, a.name, a.command, a.output_file, a.error_file, a.generates_source,
                                   a.init} == std::vector<std::string>{b.id, b.name, b.command, b.output_file,
                                                                       b.error_file, b.generates_source,
                                                                       b.init});
    CHECK(*a.wants == *b.wants);
    CHECK(a.deps == b.deps);
    CHECK(same(a.env, b.env));
    CHECK(a.own_init == b.own_init);
  }
}

const std::string full =
    R"({"title": "a \"title\"\n\u202e", "working_dir": "/w", "partition": "p", "account": "a", "qos": "q",
  "constraint": "c", "memory": "4G", "time_limit": "1:00:00", "gres": "gpu:1", "cpus": 3, "sbatch_args": ["--nice=1"],
  "init": "module load x", "env": [{"set": {"A": "1", "B": "${A} $(date) \\"}, "append": {"PATH": "/x"}, "init": "l"},
    {"include": ["g"], "if": {"A": ["1", "2"], "B": []}}, {}],
  "env_groups": {"g": [{"set": {"C": "d"}}], "empty": []},
  "tasks": [
    {"id": "plain", "name": "n", "command": "true"},
    {"id": "takes back", "name": "n", "command": "echo 'a\tb' \u00e4", "working_dir": "", "partition": "", "account": "",
     "qos": "", "constraint": "", "memory": "", "time_limit": "", "gres": "", "sbatch_args": [], "init": ""},
    {"id": "own", "name": "", "command": "", "working_dir": "/v", "cpus": 1, "memory": "0", "sbatch_args": ["--nice=2", "-n 2"],
     "deps": ["plain", "t*"], "output_file": "o-%j", "error_file": "${SETTLE_RUN_ID}", "generates_source": "next.json",
     "env": [{"set": {"A": "own"}}], "init": "x\ny"}]})";

}  // namespace

TEST_CASE("a document that is written again is read as it was", "[retry][documents]") {
  const auto was = read(full);
  check_same(was, read(document_text(was)));
}

TEST_CASE("a generated document is written with what it inherits, and needs nobody", "[retry][documents]") {
  const auto parent = read(full);
  const auto was =
      read(R"({"cpus": 9, "init": "", "env": [{"set": {"A": "2"}}], "env_groups": {"g": []}, "tasks": [
    {"id": "made", "name": "n", "command": "true", "cpus": 3, "env": [{"include": ["g", "empty"]}]}]})",
           &parent);
  check_same(was, read(document_text(was)));
}

// An array's tasks get the environment that each would get by itself, also where it is worked out once for all.
#include "actors/job_spec.hpp"

#include "actors/keys.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

using namespace settle;
using namespace settle::actors;

namespace {

run_facts facts_of_run() {
  run_facts run;
  run.id = "0testrun0000";
  run.title = "a title";
  run.folder = "/state/runs/0testrun0000";
  run.start_dir = "/start";
  run.created_at = "2026-01-01T00:00:00Z";
  run.backend = "slurm";
  run.home = "/home/of me";
  run.exit_records = true;
  return run;
}

tasks::document document_of(const std::string& text) {
  auto read = tasks::parse_document(text);
  for (const auto& p : read.problems)
    FAIL(p.words);
  return std::move(read.doc);
}

std::vector<std::tuple<std::string, std::string, bool>>
sorted(const std::vector<tasks::resolved_environment::variable>& all) {
  std::vector<std::tuple<std::string, std::string, bool>> out;
  for (const auto& v : all)
    out.emplace_back(v.name, v.value, v.extends_job);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("a task has beside the common environment exactly what it would have by itself",
          "[actors][array]") {
  const auto run = facts_of_run();
  const auto doc = document_of(R"({"init": "module load x",
    "env": [{"set": {"A": "${SCRIPTHUT_RUN_ID}-a", "P": "p"}, "include": ["g"], "init": "echo ${A}"},
            {"if": {"SCRIPTHUT_BACKEND": "slurm"}, "append": {"P": "q:${HOME}"}}],
    "env_groups": {"g": [{"set": {"G": "g"}}]},
    "tasks": [{"id": "one", "name": "n", "command": "true"},
              {"id": "two words", "name": "n", "command": "false", "working_dir": "~/${SETTLE_ITEM_ID}/x"},
              {"id": "three", "name": "n", "command": "x", "working_dir": "below"}]})");
  const auto common = common_environment(run, doc);
  REQUIRE(common);
  for (core::item_index i = 0; i < doc.tasks.size(); ++i) {
    const auto& task = doc.tasks[i];
    INFO(task.id);
    REQUIRE(has_common_environment(task));
    const auto whole = make_script_parts(run, doc, task, i, 3);
    REQUIRE(whole);
    const auto beside = make_parts_beside_common(run, task, i, 3);
    CHECK(beside.log_stem == whole->log_stem);
    CHECK(beside.script.command == whole->script.command);
    CHECK(beside.script.working_dir == whole->script.working_dir);
    CHECK(beside.script.token == whole->script.token);
    CHECK(beside.script.exit_record == whole->script.exit_record);
    CHECK(beside.script.claim == whole->script.claim);
    CHECK(common->init == whole->script.environment.init);
    CHECK(common->task_init == whole->script.environment.task_init);
    auto variables = common->variables;
    for (const auto& v : beside.script.environment.variables)
      variables.push_back(v);
    CHECK(sorted(variables) == sorted(whole->script.environment.variables));
  }
}

TEST_CASE("rules that look at the item or its token have no common environment", "[actors][array]") {
  const auto run = facts_of_run();
  for (const char* rules :
       {R"("env": [{"set": {"A": "x${SETTLE_ITEM_ID}"}}])",
        R"("env": [{"append": {"A": "${SETTLE_TOKEN}"}}])", R"("env": [{"init": "echo ${SETTLE_TOKEN}"}])",
        R"("env": [{"if": {"SETTLE_ITEM_ID": "one"}, "set": {"A": "1"}}])",
        R"("env": [{"include": ["g"]}], "env_groups": {"g": [{"set": {"A": "${SETTLE_ITEM_ID}"}}]})"}) {
    INFO(rules);
    const auto doc = document_of("{" + std::string(rules) +
                                 R"(, "tasks": [{"id": "one", "name": "n", "command": "true"}]})");
    CHECK_FALSE(common_environment(run, doc));
  }
}

TEST_CASE("a task with rules or init of its own is not covered by the document's", "[actors][array]") {
  const auto doc = document_of(
      R"({"init": "x", "tasks": [{"id": "a", "name": "n", "command": "true", "env": [{"set": {"A": "1"}}]},
    {"id": "b", "name": "n", "command": "true", "init": "y"}, {"id": "c", "name": "n", "command": "true", "init": ""}, {"id": "d", "name": "n", "command": "true"}]})");
  std::vector<bool> covered;
  for (const auto& t : doc.tasks)
    covered.push_back(has_common_environment(t));
  CHECK(covered == std::vector<bool>{false, false, false, true});
}

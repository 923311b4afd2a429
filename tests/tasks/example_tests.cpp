#include "io/tasks/document.hpp"
#include "io/tasks/environment.hpp"
#include "io/tasks/job_script.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace settle::tasks;
using namespace settle::tests;

namespace {

using seed_pairs = std::vector<std::pair<std::string, std::string>>;

seed_pairs seed_of(const document& doc, const task& t) {
  return {{"SCRIPTHUT_BACKEND", "local"}, {"SCRIPTHUT_WORKFLOW", doc.title},
          {"SCRIPTHUT_RUN_ID", "r1"},     {"SCRIPTHUT_CREATED_AT", "2030-01-01T00:00:00+00:00"},
          {"SETTLE_RUN_ID", "r1"},        {"SETTLE_ITEM_ID", t.id},
          {"SETTLE_TOKEN", "tok1"}};
}

document example(const std::string& name) {
  parsed p = read_document(std::string(SETTLE_SOURCE_DIR) + "/examples/" + name);
  for (const problem& each : p.problems)
    UNSCOPED_INFO(each.at.line << ":" << each.at.column << " " << each.words);
  REQUIRE(p.problems.empty());
  REQUIRE(p.warnings.empty());
  return std::move(p.doc);
}

script_end run_task(const document& doc, const task& t, const std::string& folder) {
  auto environment = resolve_environment(doc, t, seed_of(doc, t));
  REQUIRE(environment);
  const script_request r{t.command, t.wants->working_dir.empty() ? folder : t.wants->working_dir,
                         *std::move(environment), "tok1"};
  return run_script(job_script(r), {"PATH=/usr/bin:/bin"});
}

const task& by_id(const document& doc, std::string_view id) {
  for (const task& t : doc.tasks) {
    if (t.id == id)
      return t;
  }
  FAIL("no task " << id);
  return doc.tasks[0];
}

}  // namespace

TEST_CASE("every task of the fan-out example succeeds, and nothing is left behind", "[tasks][example]") {
  const document doc = example("fanout.json");
  const std::string folder = scratch_folder() + "/fanout";
  std::filesystem::create_directories(folder);
  std::size_t ran = 0;
  std::string generated;
  const auto run_all = [&](const document& d) {
    for (const task& t : d.tasks) {  // written in the order of their dependencies
      const script_end end = run_task(d, t, folder);
      INFO(t.id << ": " << end.out << end.err);
      REQUIRE(end.exit == 0);
      CHECK(end.err.empty());
      ++ran;
      if (!t.generates_source.empty())
        generated = folder + "/" + expand_seed(t.generates_source, seed_of(d, t));
      if (t.id == "report")
        CHECK(end.out.find("rate 1.2: 48 runs") == 0);
    }
  };
  run_all(doc);
  REQUIRE(std::filesystem::exists(generated));
  const parsed more = read_document(generated, &doc);
  REQUIRE(more.problems.empty());
  run_all(more.doc);
  CHECK(ran > 200);
  CHECK(std::filesystem::is_empty(folder));
}

TEST_CASE("the example with failures fails as its names say", "[tasks][example]") {
  const document doc = example("fanout_with_failures.json");
  const std::string& folder = scratch_folder();
  CHECK(run_task(doc, by_id(doc, "gather"), folder).exit == 0);
  CHECK(run_task(doc, by_id(doc, "fails.exit-3"), folder).exit == 3);
  CHECK(run_task(doc, by_id(doc, "fails.exit-137"), folder).exit == 137);
  CHECK(run_task(doc, by_id(doc, "fails.killed"), folder).signal == 9);
  CHECK(run_task(doc, by_id(doc, "fails.working-dir"), folder).exit == launch_failure_exit);
  CHECK(time_limit_seconds(by_id(doc, "fails.timeout").wants->time_limit) == 2);
  CHECK_FALSE(std::filesystem::exists(by_id(doc, "fails.generator").generates_source.str()));
}

TEST_CASE("every document shown in docs/tasks.md is one without problems", "[tasks][example]") {
  const std::string page = read_file(std::string(SETTLE_SOURCE_DIR) + "/docs/tasks.md");
  const std::string opening = "```json\n";
  int documents = 0;
  for (auto at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
    const auto start = at + opening.size();
    const std::string text = page.substr(start, page.find("```", start) - start);
    const parsed p = parse_document(text);
    INFO(text);
    CHECK(p.problems.empty());
    CHECK(p.warnings.empty());
    CHECK_FALSE(p.doc.tasks.empty());
    ++documents;
  }
  CHECK(documents == 4);
}

#include "io/tasks/environment.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle::tasks;

namespace {

const std::vector<std::pair<std::string, std::string>> seed{{"SCRIPTHUT_BACKEND", "slurm"},
                                                            {"SETTLE_RUN_ID", "r1"}};

document document_of(const std::string& env, const std::string& groups = "{}",
                     const std::string& task_env = "[]") {
  parsed p =
      parse_document(R"({"env": )" + env + R"(, "env_groups": )" + groups +
                     R"(, "tasks": [{"id": "a", "name": "A", "command": "x", "env": )" + task_env + "}]}");
  for (const problem& each : p.problems)
    UNSCOPED_INFO(each.words);
  REQUIRE(p.problems.empty());
  return std::move(p.doc);
}

resolved_environment resolved(const document& doc) {
  auto out = resolve_environment(doc, doc.tasks[0], seed);
  if (!out)
    UNSCOPED_INFO(out.error().words);
  REQUIRE(out);
  return *std::move(out);
}

std::string value(const resolved_environment& env, std::string_view name) {
  for (const auto& v : env.variables) {
    if (v.name == name)
      return v.value;
  }
  return "(not set)";
}

/// Refused at resolution, for documents that were not checked as a whole.
std::string refusal(const document& doc) {
  const auto out = resolve_environment(doc, doc.tasks[0], seed);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == settle::io::errc::bad_input);
  return out.error().words;
}

document bare() {
  document doc;
  doc.tasks.resize(1);
  doc.tasks[0].id = "a";
  return doc;
}

env_rule including(std::vector<std::string> names) {
  env_rule rule;
  rule.include = std::move(names);
  return rule;
}

}  // namespace

TEST_CASE("the seed comes first, then variables in the order of their first setting",
          "[tasks][environment]") {
  const auto env = resolved(document_of(R"([{"set": {"B": "1", "A": "2"}}, {"set": {"B": "3"}}])"));
  REQUIRE(env.variables.size() == 4);
  CHECK(env.variables[0].name == "SCRIPTHUT_BACKEND");
  CHECK(env.variables[2].name == "B");
  CHECK(env.variables[2].value == "3");
  CHECK(env.variables[3].name == "A");
}

TEST_CASE("the task's rules come after the document's and see what those set", "[tasks][environment]") {
  const auto env = resolved(document_of(R"([{"set": {"A": "doc"}}])", "{}",
                                        R"([{"set": {"B": "${A}/x"}}, {"set": {"A": "task"}}])"));
  CHECK(value(env, "A") == "task");
  CHECK(value(env, "B") == "doc/x");
}

TEST_CASE("known names are replaced once, unknown ones are left to the job", "[tasks][environment]") {
  const auto env =
      resolved(document_of(R"([{"set": {"A": "${HOME}/${SETTLE_RUN_ID}", "B": "$A ${A} ${} ${1} ${A",
                                             "HOME": "/h", "C": "${A}"}}])"));
  CHECK(value(env, "A") == "${HOME}/r1");
  CHECK(value(env, "B") == "$A ${HOME}/r1 ${} ${1} ${A");
  CHECK(value(env, "C") == "${HOME}/r1");
}

TEST_CASE("append joins with a colon, and extends the job's own value when no rule set one",
          "[tasks][environment]") {
  const auto env =
      resolved(document_of(R"([{"append": {"PATH": "/a", "X": "1"}}, {"set": {"L": "0", "E": ""}},
      {"append": {"PATH": "/b", "L": "1", "E": "e"}}])"));
  CHECK(value(env, "PATH") == "${PATH}:/a:/b");
  CHECK(value(env, "L") == "0:1");
  CHECK(value(env, "E") == "e");
  CHECK(value(env, "X") == "${X}:1");
  CHECK(env.variables[2].extends_job);
  CHECK_FALSE(env.variables.back().extends_job);
  const auto reset = resolved(document_of(R"([{"append": {"PATH": "/a"}}, {"set": {"PATH": "/only"}}])"));
  CHECK(value(reset, "PATH") == "/only");
  CHECK_FALSE(reset.variables[2].extends_job);
}

TEST_CASE("if is AND over keys, OR over values, against the environment so far", "[tasks][environment]") {
  const auto env = resolved(document_of(R"([
    {"if": {"SCRIPTHUT_BACKEND": "slurm"}, "set": {"A": "1"}},
    {"if": {"SCRIPTHUT_BACKEND": ["local", "slurm"], "A": "1"}, "set": {"B": "1"}},
    {"if": {"SCRIPTHUT_BACKEND": "slurm", "A": "2"}, "set": {"C": "1"}},
    {"if": {"NEVER_SET": ""}, "set": {"D": "1"}},
    {"if": {"A": []}, "set": {"E": "1"}},
    {"if": {}, "set": {"F": "1"}}])"));
  CHECK(value(env, "A") == "1");
  CHECK(value(env, "B") == "1");
  CHECK(value(env, "C") == "(not set)");
  CHECK(value(env, "D") == "(not set)");
  CHECK(value(env, "E") == "(not set)");
  CHECK(value(env, "F") == "1");
}

TEST_CASE("a group stands where it is included, under the guard of the include", "[tasks][environment]") {
  const std::string groups = R"({"g": [{"set": {"G": "${X}"}}, {"include": ["h"], "set": {"AFTER": "${H}"}}],
                                 "h": [{"set": {"H": "h"}, "init": "in h"}]})";
  const auto env = resolved(
      document_of(R"([{"set": {"X": "1"}}, {"include": ["g"], "set": {"X": "2"}, "init": "own"}])", groups));
  CHECK(value(env, "G") == "1");
  CHECK(value(env, "X") == "2");
  CHECK(value(env, "AFTER") == "h");
  CHECK(env.init == "in h\nown");
  const auto off = resolved(document_of(R"([{"if": {"X": "1"}, "include": ["g"]}])", groups));
  CHECK(value(off, "H") == "(not set)");
}

TEST_CASE("the guard of an include is asked again for every rule of the group, as scripthut does",
          "[tasks][environment]") {
  const auto env = resolved(document_of(R"([{"set": {"X": "1"}}, {"if": {"X": "1"}, "include": ["g"]}])",
                                        R"({"g": [{"set": {"X": "2"}}, {"set": {"Y": "1"}}]})"));
  CHECK(value(env, "X") == "2");
  CHECK(value(env, "Y") == "(not set)");
}

TEST_CASE("init lines are expanded and joined; the task's own is left as it is", "[tasks][environment]") {
  document doc =
      document_of(R"([{"set": {"V": "1.2"}, "init": "module load x/${V} $V ${HOME}"}, {"init": "second"}])");
  doc.init = "default ${V}";
  CHECK(resolved(doc).init == "module load x/1.2 $V ${HOME}\nsecond");
  CHECK(resolved(doc).task_init == "default ${V}");
  doc.tasks[0].init = "own";
  CHECK(resolved(doc).task_init == "own");
  doc.tasks[0].init.clear();
  doc.tasks[0].own_init = true;
  CHECK(resolved(doc).task_init.empty());
}

TEST_CASE("unknown groups and circles are refused even where nothing checked the document",
          "[tasks][environment]") {
  document doc = bare();
  doc.env = {including({"cdua"})};
  doc.groups["cuda"];
  CHECK(refusal(doc).find("\"cdua\"") != std::string::npos);
  CHECK(refusal(doc).find("did you mean \"cuda\"?") != std::string::npos);
  doc.env = {including({"a"})};
  doc.groups["a"] = {including({"b"})};
  doc.groups["b"] = {including({"a"})};
  CHECK(refusal(doc).find("a -> b -> a") != std::string::npos);
}

TEST_CASE("names that no rule may set are refused", "[tasks][environment]") {
  for (const char* name : {"SCRIPTHUT_RUN_ID", "SETTLE_TOKEN", "SETTLE_", "1A", "", "A-B", "A=B", "UID"}) {
    document doc = bare();
    doc.env.resize(1);
    doc.env[0].set = {{name, "1"}};
    CHECK_FALSE(refusal(doc).empty());
    doc.env[0].append = std::move(doc.env[0].set);
    doc.env[0].set.clear();
    CHECK_FALSE(refusal(doc).empty());
  }
}

TEST_CASE("environments that grow without bound are refused", "[tasks][environment]") {
  document doubling = bare();
  doubling.env.resize(1);
  doubling.env[0].set = {{"A", "xxxxxxxxxx"}};
  for (int i = 0; i < 60; ++i) {
    doubling.env.push_back({});
    doubling.env.back().set = {{"A", "${A}${A}"}};
  }
  CHECK(refusal(doubling).find("longer than") != std::string::npos);

  document laughs = bare();
  laughs.groups["g0"].resize(1);
  for (int i = 1; i < 60; ++i)
    laughs.groups["g" + std::to_string(i)] = {
        including({"g" + std::to_string(i - 1), "g" + std::to_string(i - 1)})};
  laughs.env = {including({"g59"})};
  CHECK(refusal(laughs).find("unfold to more") != std::string::npos);

  document chain = bare();
  chain.groups["c0"].resize(1);
  for (int i = 1; i < 100'000; ++i)
    chain.groups["c" + std::to_string(i)] = {including({"c" + std::to_string(i - 1)})};
  chain.env = {including({"c99999"})};
  CHECK(refusal(chain).find("deeper than") != std::string::npos);
}

TEST_CASE("expand_seed replaces the seed's names and nothing else", "[tasks][environment]") {
  CHECK(expand_seed("out/${SETTLE_RUN_ID}/x", seed) == "out/r1/x");
  CHECK(expand_seed("${HOME}/$SETTLE_RUN_ID/${SETTLE_RUN_ID", seed) ==
        "${HOME}/$SETTLE_RUN_ID/${SETTLE_RUN_ID");
  CHECK(expand_seed("${${SETTLE_RUN_ID}}", seed) == "${r1}");
  CHECK(expand_seed("", seed).empty());
  CHECK(expand_seed("${A}", {{"A", "${A}"}}) == "${A}");
}

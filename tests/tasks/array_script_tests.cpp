// The script of a job array, run by real shells: every task gets its own part, as if it were a job of its own.
#include "io/tasks/array_script.hpp"

#include "io/job_id.hpp"
#include "io/tasks/exit_record.hpp"
#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace settle::tasks;
using namespace settle::tests;

namespace {

const std::string array_token = "0abc-0-1";

std::string token_of(std::uint32_t index) {
  return "0abc-" + std::to_string(index) + "-1";
}

/// A run's folder with logs and exits.
std::string fresh_folder() {
  const std::string folder = scratch_folder() + "/run";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/logs");
  std::filesystem::create_directories(folder + "/exits");
  return folder;
}

array_request request_of(const std::string& folder, const std::vector<std::string>& commands,
                         bool records = true) {
  array_request r;
  r.token = array_token;
  r.logs = folder + "/logs";
  for (std::uint32_t index = 0; index < commands.size(); ++index) {
    array_task t;
    t.index = index;
    t.log_stem = std::to_string(index) + "-t" + std::to_string(index);
    t.script.command = commands[index];
    t.script.token = token_of(index);
    t.script.exit_record = records ? folder + "/exits/" + token_of(index) : "";
    t.script.environment.variables = {{"SAME", "for all"}, {"SETTLE_ITEM_ID", "t" + std::to_string(index)}};
    r.tasks.push_back(std::move(t));
  }
  return r;
}

struct task_end {
  script_end end;
  std::string out, err;  ///< of its own log files
  std::optional<exit_record> left;
};

/// As slurmd would: with its two files open under the array's pattern.
task_end run_task(const shell& sh, const std::string& folder, const std::string& script, std::uint32_t index,
                  const std::string& stem = {}) {
  const auto number = std::to_string(index);
  const auto slurms = folder + "/logs/" + array_token + "_" + number;
  const std::string file = folder + "/script";
  std::ofstream(file) << script;
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  task_end t;
  t.end =
      run({"/bin/sh", "-c", "exec '" + file + "' >'" + slurms + ".out' 2>'" + slurms + ".err'"},
          {sh.path_variable, "SLURM_JOB_ID=9", "SLURM_ARRAY_JOB_ID=145", "SLURM_ARRAY_TASK_ID=" + number});
  const auto own = folder + "/logs/" + (stem.empty() ? number + "-t" + number : stem);
  t.out = read_file(own + ".out");
  t.err = read_file(own + ".err");
  t.left = read_exit_record(folder + "/exits/" + token_of(index), token_of(index)).record;
  return t;
}

std::string script_of(const array_request& r) {
  auto script = array_script(r, 3 << 20);
  REQUIRE(script);
  return *script;
}

}  // namespace

TEST_CASE(
    "every task of an array runs its own command, with its own code, log files, environment and exit record",
    "[tasks][array]") {
  const std::vector<std::string> commands{
      "echo \"$SETTLE_ITEM_ID $SAME\"; echo bad >&2; exit 3",
      "printf '%s|' a\\'b \"two\n\nlines\" '$HOME' '\\n'",
      "- 2>/dev/null; echo $?",
      "echo \"$# ${settle_command-} ${settle_part-} ${settle_token-} ${settle_log-}.\"",
      "kill -TERM $$",
      "set -e; false; echo never",
      "'",
      "cat <<'END'\n# end\nEND"};
  for (const auto& sh : shells())
    for (const bool records : {true, false}) {
      INFO(sh.name << (records ? ", with records" : ""));
      const auto folder = fresh_folder();
      const auto script = script_of(request_of(folder, commands, records));
      const auto nothing_left = [&](std::uint32_t i) { return run_task(sh, folder, script, i); };
      auto t = nothing_left(0);
      CHECK(t.end.exit == 3);
      CHECK(t.out == "t0 for all\n");
      CHECK(t.err == "bad\n");
      if (records) {
        REQUIRE(t.left);
        CHECK(t.left->exit_code == 3);
        CHECK(t.left->job_id == settle::io::array_task_id(145, 0));
      } else {
        CHECK_FALSE(t.left);
      }
      CHECK(nothing_left(1).out == "a'b|two\n\nlines|$HOME|\\n|");
      CHECK(nothing_left(2).out == "127\n");
      CHECK(nothing_left(3).out == "0    .\n");
      t = nothing_left(4);
      CHECK(t.end.signal == 15);
      CHECK_FALSE(t.left);
      t = nothing_left(5);
      CHECK(t.end.exit == 1);
      CHECK(t.out.empty());
      CHECK(t.left.has_value() == records);
      CHECK(nothing_left(6).end.exit.value_or(0) != 0);
      CHECK(nothing_left(7).out == "# end\n");
    }
}

TEST_CASE("what a task's init and folder are does not depend on its neighbours", "[tasks][array]") {
  for (const auto& sh : shells()) {
    INFO(sh.name);
    const auto folder = fresh_folder();
    auto r = request_of(folder, {"echo \"$PWD $X $MINE\"", "echo \"$PWD $X $MINE\""});
    for (std::uint32_t i = 0; i < 2; ++i) {
      auto& s = r.tasks[i].script;
      s.environment.init = "X=init; MINE=lost; SAME=lost";
      s.environment.variables.push_back({"MINE", "mine" + std::to_string(i)});
      s.working_dir = i == 0 ? "/usr" : "/nowhere/at/all";
    }
    const auto script = script_of(r);
    CHECK(run_task(sh, folder, script, 0).out == "/usr init mine0\n");
    const auto lost = run_task(sh, folder, script, 1);
    CHECK(lost.end.exit == launch_failure_exit);
    std::string words;
    CHECK(has_launch_failure_mark(folder + "/logs/1-t1.err", token_of(1), words));
    CHECK(words.starts_with("cannot enter working_dir /nowhere/at/all"));

    for (auto& t : r.tasks)
      t.script.working_dir = "/nowhere/at/all";
    CHECK(run_task(sh, folder, script_of(r), 0).end.exit == launch_failure_exit);
    CHECK(has_launch_failure_mark(folder + "/logs/0-t0.err", token_of(0), words));
  }
}

TEST_CASE("a part that is not there or not whole is never run", "[tasks][array]") {
  for (const auto& sh : shells()) {
    INFO(sh.name);
    const auto folder = fresh_folder();
    const auto script =
        script_of(request_of(folder, {"echo 0", "echo 1; touch cut-part-ran; " + std::string(300, ':')}));
    CHECK(run_task(sh, folder, script, 2).end.exit == launch_failure_exit);
    const auto cut = script.substr(0, script.rfind("# end"));
    CHECK(run_task(sh, folder, cut, 1).end.exit == launch_failure_exit);
    CHECK_FALSE(std::filesystem::exists(scratch_folder() + "/cut-part-ran"));
    CHECK(run_task(sh, folder, cut, 0).out == "0\n");
  }
}

TEST_CASE("a task finds its part whatever characters are in the script, and beside indexes that have none",
          "[tasks][array]") {
  std::string used;
  for (const char next : {'\0', '~', '^', '`', ',', 'Q', 'W'}) {
    if (next != '\0')
      used += next;
    INFO("'" << used << "'");
    const auto folder = fresh_folder();
    auto r = request_of(folder, {"echo '" + used + "' 0", "", "echo '" + used + "' 2", "echo last"});
    r.tasks.erase(r.tasks.begin() + 1);
    r.tasks.back().index = 40;
    const auto script = script_of(r);
    const auto free = [&](char c) {  // the folder's own name is in the script too
      return (used + folder).find(c) == std::string::npos;
    };
    const std::string separators = "~^`,QW";
    CHECK((script.find("mapfile") != std::string::npos) ==
          std::any_of(separators.begin(), separators.end(), free));
    for (const auto& sh : shells()) {
      INFO(sh.name);
      CHECK(run_task(sh, folder, script, 0).out == used + " 0\n");
      CHECK(run_task(sh, folder, script, 2).out == used + " 2\n");
      CHECK(run_task(sh, folder, script, 40, "3-t3").out == "last\n");
      CHECK(run_task(sh, folder, script, 1).end.exit == launch_failure_exit);
      CHECK(run_task(sh, folder, script, 39).end.exit == launch_failure_exit);
      CHECK(run_task(sh, folder, script, 41).end.exit == launch_failure_exit);
    }
  }
}

TEST_CASE("what all have may stand with the array instead of with each task", "[tasks][array]") {
  for (const auto& sh : shells()) {
    INFO(sh.name);
    const auto folder = fresh_folder();
    auto whole =
        request_of(folder, {"echo \"$A $B $SETTLE_ITEM_ID\"", "echo \"$A $B $SETTLE_ITEM_ID $TOO\""});
    for (auto& t : whole.tasks) {
      auto& env = t.script.environment;
      env.init = "A=init; B=init; TOO=init";
      env.task_init = "B=$B-task";
      env.variables = {
          {"A", "it's for all"}, {"B", "${HOME_OF_NOBODY}b"}, {"SETTLE_ITEM_ID", "t" + t.script.token}};
    }
    whole.tasks[1].script.environment.variables.push_back({"OWN", "${OWN}:x", true});
    auto split = whole;
    auto common = whole.tasks[0].script.environment;
    common.variables.pop_back();
    split.environment = std::make_shared<const resolved_environment>(std::move(common));
    for (auto& t : split.tasks) {
      auto& env = t.script.environment;
      env.variables.erase(env.variables.begin(), env.variables.begin() + 2);
      env.init = env.task_init = "";
    }
    CHECK(script_of(split) == script_of(whole));
    CHECK(run_task(sh, folder, script_of(split), 0).out == "it's for all b-task t" + token_of(0) + "\n");
    CHECK(run_task(sh, folder, script_of(split), 1).out == "it's for all b-task t" + token_of(1) + " init\n");
  }
}

TEST_CASE("in bash 5 a task finds its part without a process", "[tasks][array]") {
  const auto bash = shells().front();
  if (!bash.is_bash)
    return;
  const auto folder = fresh_folder();
  auto script = script_of(request_of(folder, {"echo 0", "echo 1; exit 3"}));
  // What would be read by dd is not there.
  const auto dd = script.find("command -p dd");
  REQUIRE(dd != std::string::npos);
  script.replace(dd, 13, "command -p :;");
  if (run({"/bin/bash", "-c", "case $BASH_VERSION in [5-9].*) ;; *) exit 1 ;; esac"}, {usual_path}).exit != 0)
    return;
  CHECK(run_task(bash, folder, script, 0).out == "0\n");
  CHECK(run_task(bash, folder, script, 1).end.exit == 3);
}

TEST_CASE("a script is no larger than it may be", "[tasks][array]") {
  const auto r = request_of("/x", std::vector<std::string>(1000, std::string(500, 'x')));
  const auto script = array_script(r, 3 << 20);
  REQUIRE(script);
  CHECK(script->size() < 800'000);
  CHECK_FALSE(array_script(r, script->size() - 1));
  CHECK(array_script(r, script->size()));
  CHECK(array_log_pattern("/a%b", "0abc-0-1", "out") == "/a%%b/0abc-0-1_%a.out");
  CHECK_FALSE(array_log_pattern("/a\\b", "0abc-0-1", "out"));
}

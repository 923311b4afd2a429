// What the job's script leaves of its end, by real shells. The one thing that must never be: a record of 0 for a
// shell that a signal ended.
#include "io/tasks/exit_record.hpp"
#include "io/tasks/job_script.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace settle::tasks;
using namespace settle::tests;

namespace {

const std::string token = "0abc-1-2";

struct told {
  script_end end;
  exit_record_reading left;
};

/// By the clock that the shells read: time() may lag behind it.
std::int64_t now_s() {
  using namespace std::chrono;
  return floor<seconds>(system_clock::now().time_since_epoch()).count();
}

std::string fresh_record() {
  const std::string folder = scratch_folder() + "/exits";
  std::filesystem::create_directories(folder);
  std::filesystem::remove(folder + "/" + token);
  return folder + "/" + token;
}

script_request recorded(std::string command, std::string path = fresh_record()) {
  script_request r;
  r.command = std::move(command);
  r.token = token;
  r.exit_record = std::move(path);
  return r;
}

told run_in(const shell& sh, const script_request& r, std::vector<std::string> more = {"SLURM_JOB_ID=4711"}) {
  more.push_back(sh.path_variable);
  told t;
  t.end = run_script(job_script(r), std::move(more));
  t.left = read_exit_record(r.exit_record, token);
  return t;
}

std::string words(const told& t) {
  return "exit " + (t.end.exit ? std::to_string(*t.end.exit) : "-") + ", signal " +
         (t.end.signal ? std::to_string(*t.end.signal) : "-") + ", record " +
         (t.left.record ? std::to_string(t.left.record->exit_code) : "none: " + t.left.trouble) + "\n" +
         t.end.err;
}

struct ending {
  std::string command;
  int exit = 0;
};

/// Endings of a shell by its own will.
const std::vector<ending> in_order{
    {"", 0},
    {"true", 0},
    {"exit 0", 0},
    {"exit", 0},
    {"exit 3", 3},
    {"exit 128", 128},
    {"exit 137", 137},
    {"exit 255", 255},
    {"false", 1},
    {"(exit 9)", 9},
    {"false; true", 0},
    {"-x", 127},
    {"no_such_command_here", 127},
    {"/bin/sh -c 'kill -9 $$'", 137},
    {"set -e; false; exit 0", 1},
    {"set -e; f() { false; }; f; exit 0", 1},
    {"f() { while :; do exit 4; done; }; f", 4},
    {"eval 'eval \"exit 6\"'", 6},
    {"echo 'exit 5' >ends; . ./ends", 5},
    {"echo unclosed '", 2},
    {"if then", 2},
    {"(exit 0) & wait $!; exit 7", 7},
    {"set -- a b; exit $#", 2},
    {"unset SLURM_JOB_ID SLURM_RESTART_COUNT EPOCHSECONDS; exit 8", 8},
    {"PATH=/nonexistent; exit 9", 9},
    {"umask 777; cd /; exit 10", 10},
    {"set -uC; exit 11", 11},
    {"exec 2>&- >&- <&-; exit 12", 12},
    {"trap 'exit 13' TERM; kill -TERM $$; exit 1", 13},
    {"trap '' TERM; kill -TERM $$; exit 14", 14},
    {"trap : USR1; kill -USR1 $$; exit 15", 15},
};

}  // namespace

TEST_CASE("a shell that ends by itself leaves its exit code", "[tasks][record]") {
  for (const shell& sh : shells()) {
    for (const ending& e : in_order) {
      const told t = run_in(sh, recorded(e.command));
      INFO(sh.name << ": " << e.command << "\n" << words(t));
      CHECK(t.end.exit == e.exit);
      REQUIRE(t.left.record);
      CHECK(t.left.record->exit_code == e.exit);
    }
  }
}

TEST_CASE("a shell that a signal ends leaves no record, whatever ran before and whatever runs",
          "[tasks][record]") {
  // The child sends the signal to the shell, which waits for it, and then to itself: an interrupted bash asks
  // whether its child was interrupted too.
  const auto forms = [](const std::string& signal) {
    const std::string child = "/bin/sh -c 'kill -" + signal + " \"$PPID\"; kill -" + signal + " $$'";
    const std::string other = "/bin/sh -c 'kill -" + signal + " \"$1\"; kill -" + signal + " $$' x $$";
    return std::vector<std::string>{
        child + "; exit 0",
        other + " & wait; exit 0",
        "(" + other + "; true); exit 0",
        "while (" + other + "; true); do exit 0; done",
        other + " | cat; exit 0",
        "x=$(" + other + "); exit 0",
        "exit $(" + other + "; echo 0)",
        "f() { " + child + "; }; f; exit 0",
        "eval 'eval \"kill -" + signal + " \\$\\$; :\"'; exit 0",
        "case $(" + other + ") in *) exit 0 ;; esac",
        "for i in $(" + other + "); do :; done; exit 0",
        other + " & while :; do :; done",
        "kill -" + signal + " $$",
        "{ kill -" + signal + " $$; }",
        "f() { kill -" + signal + " $$; }; f",
        "eval 'kill -" + signal + " $$'",
        "echo 'kill -" + signal + " $$' >kills; . ./kills",
        "kill -" + signal + " $$ && exit 0",
        "kill -" + signal + " $$; exit 0",
        "exit $(kill -" + signal + " $$; echo 0)",
        "set -e; kill -" + signal + " $$",
        child,
        other + " | true",
    };
  };
  const std::vector<std::pair<std::string, int>> signals{{"TERM", SIGTERM}, {"INT", SIGINT},
                                                         {"HUP", SIGHUP},   {"KILL", SIGKILL},
                                                         {"USR1", SIGUSR1}, {"XCPU", SIGXCPU}};
  for (const shell& sh : shells()) {
    for (const auto& [name, number] : signals) {
      for (const std::string& form : forms(name)) {
        for (const char* before : {"", "true; ", "(exit 7); "}) {
          // An asynchronous child ignores SIGINT by POSIX: only its parent is to get it.
          const told t = run_in(sh, recorded(before + form));
          INFO(sh.name << ": " << before << form << "\n" << words(t));
          if (t.end.signal) {
            // With any EXIT trap, bash may rarely break when the signal comes as it takes in a dead child.
            CHECK((t.end.signal == number || (sh.is_bash && t.end.signal == SIGABRT)));
            CHECK(!t.left.record);
          } else {  // some shells go on after a SIGINT that one of their children took: then the code is right
            CHECK(number == SIGINT);
            REQUIRE(t.left.record);
            CHECK(t.left.record->exit_code == t.end.exit);
          }
        }
      }
    }
  }
}

TEST_CASE("a signal that ends the script before or between the user's parts leaves no record",
          "[tasks][record]") {
  for (const shell& sh : shells()) {
    script_request r = recorded("exit 0");
    r.environment.init = "kill -TERM $$; true";
    const told t = run_in(sh, r);
    INFO(sh.name << "\n" << words(t));
    CHECK(t.end.signal == SIGTERM);
    CHECK(!t.left.record);
  }
}

TEST_CASE("an init that gives up leaves its code", "[tasks][record]") {
  for (const shell& sh : shells()) {
    for (const bool of_task : {false, true}) {
      script_request r = recorded("exit 0");
      (of_task ? r.environment.task_init : r.environment.init) = "no_such_module_command || exit 9";
      const told t = run_in(sh, r);
      INFO(sh.name << "\n" << words(t));
      CHECK(t.end.exit == 9);
      REQUIRE(t.left.record);
      CHECK(t.left.record->exit_code == 9);
    }
  }
}

TEST_CASE("where exec or a trap of the user's takes over there is no record, and nothing else changes",
          "[tasks][record]") {
  for (const shell& sh : shells()) {
    for (const ending& e : std::vector<ending>{{"exec /bin/sh -c 'exit 6'", 6},
                                               {"trap 'exit 8' EXIT; true", 8},
                                               {"trap 'echo mine' EXIT; exit 3", 3},
                                               {"trap - EXIT; exit 4", 4}}) {
      const told t = run_in(sh, recorded(e.command));
      INFO(sh.name << ": " << e.command << "\n" << words(t));
      CHECK(t.end.exit == e.exit);
      CHECK(t.end.out == (e.exit == 3 ? "mine\n" : ""));
      CHECK(t.end.err.empty());
      CHECK(!t.left.record);
    }
    script_request r = recorded("exit 5");
    r.environment.init = "trap 'echo of init' EXIT";
    const told t = run_in(sh, r);
    CHECK(t.end.out == "of init\n");
    CHECK(!t.left.record);
  }
}

TEST_CASE("a child that outlives the shell changes nothing of the record", "[tasks][record]") {
  for (const shell& sh : shells()) {
    const std::string gate = scratch_folder() + "/gate-" + sh.name;
    const told t = run_in(
        sh, recorded("(while [ ! -e '" + gate + "' ]; do sleep 0.01; done; exit 5) >/dev/null & exit 3"));
    std::ofstream{gate};
    INFO(sh.name << "\n" << words(t));
    REQUIRE(t.left.record);
    CHECK(t.left.record->exit_code == 3);
  }
}

TEST_CASE("a record names its job, its attempt and its times", "[tasks][record]") {
  for (const shell& sh : shells()) {
    const auto before = now_s();
    const told t = run_in(sh, recorded("true"), {"SLURM_JOB_ID=4711", "SLURM_RESTART_COUNT=12"});
    const auto after = now_s();
    INFO(sh.name << "\n" << words(t));
    REQUIRE(t.left.record);
    CHECK(t.left.record->job_id == 4711);
    CHECK(t.left.record->restart == 12);
    REQUIRE((t.left.record->start && t.left.record->end));
    CHECK(before <= *t.left.record->start);
    CHECK(*t.left.record->start <= *t.left.record->end);
    CHECK(*t.left.record->end <= after);
    const told alone = run_in(sh, recorded("echo $$; exit 2"), {});
    REQUIRE(alone.left.record);
    CHECK(std::to_string(alone.left.record->job_id) + "\n" == alone.end.out);
    CHECK(alone.left.record->restart == 0);
    CHECK(!run_in(sh, recorded("true"), {"SLURM_JOB_ID=$(echo 1)"}).left.record);
  }
}

TEST_CASE("the record of an earlier attempt does not outlive the next one's start", "[tasks][record]") {
  for (const shell& sh : shells()) {
    const std::string path = fresh_record();
    REQUIRE(run_in(sh, recorded("exit 0", path)).left.record->restart == 0);
    const std::vector<std::string> requeued{"SLURM_JOB_ID=4711", "SLURM_RESTART_COUNT=1"};
    const told killed = run_in(sh, recorded("cat '" + path + "'; kill -KILL $$", path), requeued);
    CHECK(killed.end.out.empty());
    CHECK(!killed.left.record);
    const told again = run_in(sh, recorded("exit 4", path), requeued);
    REQUIRE(again.left.record);
    CHECK(again.left.record->restart == 1);
    CHECK(again.left.record->exit_code == 4);
  }
}

TEST_CASE("a record that cannot be written costs nothing else", "[tasks][record]") {
  const std::string plain = scratch_folder() + "/a-plain-file";
  std::ofstream{plain};
  const std::string closed = scratch_folder() + "/closed";
  std::filesystem::create_directories(closed);
  std::filesystem::permissions(closed, std::filesystem::perms::owner_read);
  for (const shell& sh : shells()) {
    for (const std::string& path : {std::string("/nonexistent/exits/x"), plain + "/x", closed + "/x",
                                    std::string("/dev/full"), scratch_folder()}) {
      for (const ending& e : std::vector<ending>{{"exit 0", 0},
                                                 {"exit 3", 3},
                                                 {"set -e; false", 1},
                                                 {"set -o posix 2>/dev/null; exit 4", 4},
                                                 {"exec 3>&1; set -u; exit 5", 5}}) {
        const told t = run_in(sh, recorded(e.command, path));
        INFO(sh.name << ": " << path << ": " << e.command << "\n" << words(t));
        CHECK((t.end.exit == e.exit || (!sh.is_bash && e.exit == 4 && t.end.exit == 2)));
        CHECK(t.end.out.empty());
        CHECK(t.end.err.empty());
        CHECK((!t.left.record || path == closed + "/x"));  // root may write anywhere
      }
    }
    const told limited = run_in(sh, recorded("ulimit -f 0; exit 6"));
    CHECK(limited.end.exit == 6);
    CHECK(limited.end.err.empty());
    CHECK(!limited.left.record);
  }
}

TEST_CASE("a traced command shows of it the script's own exit, and only where the command had none",
          "[tasks][record]") {
  for (const shell& sh : shells()) {
    for (const auto& [last, shown] :
         {std::pair{"exit 3", "exit 3"}, std::pair{"(exit 3)", "exit 3\ncommand exit 3"}}) {
      const told t = run_in(sh, recorded(std::string("PS4=; set -x\necho a >/dev/null\n") + last));
      INFO(sh.name << "\n" << words(t));
      CHECK(t.end.err == std::string("echo a\n") + shown + "\n");
      CHECK(t.end.out.empty());
      REQUIRE(t.left.record);
      CHECK(t.left.record->exit_code == 3);
    }
  }
}

TEST_CASE("any path can hold a record", "[tasks][record]") {
  for (const char* name :
       {"sp ace", "it's", "\"quoted\"", "$HOME", "`x`", "new\nline", "-dash", "日本", "a\\b", "*", "%s"}) {
    const std::string path = scratch_folder() + "/exits/" + name;
    fresh_record();
    for (const shell& sh : shells()) {
      std::filesystem::remove(path);
      const told t = run_in(sh, recorded("exit 3", path));
      INFO(sh.name << ": " << name << "\n" << words(t));
      REQUIRE(t.left.record);
      CHECK(t.left.record->exit_code == 3);
    }
  }
}

TEST_CASE("a signal that misses the shell's end by a little is told right", "[tasks][record]") {
  // It comes from a child at any moment around the end, to the group, which is no stranger's even if the shell has
  // gone: a record of 0 only where all of the command ran.
  for (const shell& sh : shells()) {
    for (int round = 0; round < 60; ++round) {
      const told t =
          run_in(sh, recorded("i=0; (i=0; while [ $i -lt " + std::to_string(round * 3) +
                              " ]; do i=$((i+1)); done; kill -TERM -- -$$) & while [ $i -lt 100 ]; do "
                              "i=$((i+1)); done; (exit 7); echo all; exit 0"));
      INFO(sh.name << " round " << round << "\n" << words(t));
      if (t.left.record) {
        CHECK(t.left.record->exit_code == 0);
        CHECK(t.end.out == "all\n");
      }
    }
  }
}

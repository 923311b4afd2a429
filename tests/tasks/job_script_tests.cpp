#include "io/tasks/job_script.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <random>
#include <string>
#include <unistd.h>

using namespace settle::tasks;
using namespace settle::tests;

namespace {

/// Each shell twice: a script that leaves an exit record must do all the same.
struct variant : shell {
  bool with_record = false;
};
std::vector<variant> variants() {
  std::vector<variant> out;
  for (const shell& sh : shells())
    for (const bool with_record : {false, true})
      out.push_back(
          {{sh.name + (with_record ? " with a record" : ""), sh.path_variable, sh.binary, sh.is_bash},
           with_record});
  return out;
}

script_request request(std::string command) {
  script_request r;
  r.command = std::move(command);
  r.token = "tok1";
  return r;
}

script_end run_in(const variant& sh, script_request r, std::vector<std::string> more = {}) {
  if (sh.with_record)
    r.exit_record = scratch_folder() + "/it's a record";
  more.push_back(sh.path_variable);
  return run_script(job_script(r), std::move(more));
}

std::string random_text(std::mt19937& random, std::size_t length) {
  static const std::vector<std::string> pieces{
      "'",  "\"",   "\\",       "$", "`", "!",    "\n", "\r", "\t",   " ",        "a",       "$(",
      "${", "}",    ")",        "*", "~", "#",    "&&", ";",  "|",    "<",        "ä",       "Ё",
      "日", "\x7F", "\xC2\x81", "é", "😀", "\x01", "%s", "-",  "\\\n", "\xC2\x85", "\xC4\x88"};
  std::string out;
  while (out.size() < length)
    out += pieces[random() % pieces.size()];
  return out;
}

}  // namespace

TEST_CASE("the exit code of the script is the command's", "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    CHECK(run_in(sh, request("true")).exit == 0);
    CHECK(run_in(sh, request("")).exit == 0);
    CHECK(run_in(sh, request("false")).exit == 1);
    CHECK(run_in(sh, request("exit 3")).exit == 3);
    CHECK(run_in(sh, request("exit 137")).exit == 137);
    CHECK(run_in(sh, request("exit $?")).exit == 0);
    CHECK(run_in(sh, request("(exit 9)\n")).exit == 9);
    CHECK(run_in(sh, request("set -e; false; exit 5")).exit == 1);
    CHECK(run_in(sh, request("exec /bin/sh -c 'exit 6'")).exit == 6);
    CHECK(run_in(sh, request("no_such_command_here")).exit == 127);
    CHECK(run_in(sh, request("-x")).exit == 127);
    CHECK(run_in(sh, request("--")).exit == 127);
    CHECK(run_in(sh, request("echo \"unclosed")).exit == 2);
    CHECK(run_in(sh, request("if")).exit == 2);
    CHECK(run_in(sh, request("kill -9 $$")).signal == 9);
    CHECK(run_in(sh, request("kill -TERM $$; sleep 60")).signal == 15);
    CHECK(run_in(sh, request("trap 'exit 7' TERM; kill -TERM $$; exit 1")).exit == 7);
    CHECK(run_in(sh, request("trap 'exit 8' EXIT; exit 1")).exit == 8);
  }
}

TEST_CASE("the shell that runs the command is the process that was started", "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    const script_end end =
        run_in(sh, request("read -r pid name state parent group session rest </proc/$$/stat\n"
                           "[ \"$session\" = $$ ] && [ \"$group\" = $$ ] && echo leads"));
    CHECK(end.out == "leads\n");
  }
}

TEST_CASE("a command does what the shell itself does with it", "[tasks][script]") {
  const std::vector<std::string> commands{
      "echo 'single' \"double\" $((1+2)) `echo back` $(echo sub)",
      "cat <<EOF\nhere $((40+2)) 'doc'\nEOF",
      "cat <<'EOF'\n$HOME `x` \\ ! \" '\nEOF\n",
      "cat <<-EOF\n\ttabs\n\tEOF\necho after",
      "cat <<EOF\nno end",
      "echo a\\",
      "echo a \\\nb",
      "echo trailing \\\\",
      "echo \"it's !history! #no comment\" # comment",
      "# only a comment",
      "\n\n\necho lines\n\n\n",
      "echo one; echo two >&2; echo three | cat\nfor i in 1 2; do echo $i; done",
      "f() { return 4; }; f",
      "case x in x) echo yes ;; esac",
      "printf '%s\\n' \"$#\" \"$*\" \"${1-none}\"",
      "echo 'ÄÖÜ 日本語 😀'",
      "printf 'a\\tb'; printf \"%s|\" 'x  y' *nothing*",
      "set -- a 'b c'; printf '[%s]' \"$@\"",
      "! true",
      "{ echo grouped; }\r",
      "true &\nwait $!",
      "x=1; export x; /bin/sh -c 'echo $x'",
      "eval 'echo nested \"quotes\"'",
      "echo $'not posix'",
  };
  for (const variant& sh : variants()) {
    for (const std::string& command : commands) {
      INFO(sh.name << ": " << command);
      const script_end expected = run({sh.binary, "-c", command}, {sh.path_variable});
      const script_end got = run_in(sh, request(command));
      CHECK(got.exit == expected.exit);
      CHECK(got.out == expected.out);
    }
  }
}

TEST_CASE("the command's text reaches the shell byte for byte", "[tasks][script]") {
  const unsigned seed = Catch::rngSeed() ? Catch::rngSeed() : std::random_device{}();
  INFO("seed=" << seed);
  std::mt19937 random(seed);
  for (const variant& sh : variants()) {
    for (int round = 0; round < 40; ++round) {
      const std::string text = random_text(random, 1 + random() % 400) + "\n";
      CAPTURE(sh.name, text);
      REQUIRE(run_in(sh, request("cat <<'settle_end'\n" + text + "settle_end\nexit 3\n")).out == text);
      script_request in_variable = request("printf %s \"$TEXT\"");
      std::string value = text;  // without references, which are another test's matter
      for (auto at = value.find("${"); at != std::string::npos; at = value.find("${"))
        value.erase(at, 1);
      in_variable.environment.variables = {{"TEXT", value, false}};
      REQUIRE(run_in(sh, in_variable).out == value);
    }
  }
}

TEST_CASE("a command of a megabyte needs no argument list", "[tasks][script]") {
  std::mt19937 random(7);
  const std::string text = random_text(random, 1'000'000) + "\n";
  for (const variant& sh : variants()) {
    const script_end end = run_in(sh, request("cat <<'settle_end'\n" + text + "settle_end\nexit 3"));
    CHECK(end.exit == 3);
    CHECK(end.out.size() == text.size());
    CHECK(end.out == text);
  }
}

TEST_CASE("bash is used where it is, with its own rules, whatever sh is", "[tasks][script]") {
  const script_request r =
      request("echo ${BASH_VERSION:+bash} $SHELLOPTS; a=(1 2); echo ${#a[@]}; cat <(echo sub)");
  const script_end end = run_script(job_script(r), {usual_path});
  CHECK(end.exit == 0);
  CHECK(end.out.find("bash") == 0);
  CHECK(end.out.find("posix") == std::string::npos);
  CHECK(end.out.find("2\nsub\n") != std::string::npos);
  // The same where sh is a bash in its posix mode.
  const std::string path = scratch_folder() + "/job.sh";
  CHECK(run({"/bin/bash", "--posix", path}, {usual_path}).out == end.out);
  CHECK(run({"/bin/sh", path}, {usual_path}).out == end.out);
}

TEST_CASE("a bash on PATH that is none cannot loop", "[tasks][script]") {
  const std::string bin = scratch_folder() + "/odd";
  std::filesystem::create_directories(bin);
  std::filesystem::create_symlink("/bin/sh", bin + "/bash");
  const script_end end =
      run_script(job_script(request("echo here $#; exit 4")), {"PATH=" + bin + ":/usr/bin:/bin"});
  CHECK(end.exit == 4);
  CHECK(end.out == "here 0\n");
}

TEST_CASE("exported functions such as module survive a plain sh", "[tasks][script]") {
  const std::string module = "() {  echo \"module 'it' $1\";\n echo two\n}";
  const std::string dashed = "() {  echo dashed;\n}";
  const script_end end = run_script(job_script(request("module load; ml-x; echo $#")),
                                    {usual_path, "BASH_FUNC_module%%=" + module, "BASH_FUNC_ml-x%%=" + dashed,
                                     "PLAIN=BASH_FUNC_ no", "BASH_ENV=/dev/null"});
  CHECK(end.err.empty());
  CHECK(end.out == "module 'it' load\ntwo\ndashed\n0\n");
}

TEST_CASE("nothing of settle's is left in the command's environment or variables", "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    script_request r = request("env; echo \"[$#] [$*]\"; set");
    r.working_dir = scratch_folder();
    r.environment.init = "false";
    const script_end end = run_in(sh, r, {"HOME=/h"});
    CHECK(end.out.find("[0] []\n") != std::string::npos);
    CHECK(end.out.find("settle_") == std::string::npos);
    CHECK(end.out.find("tok1") == std::string::npos);
  }
}

TEST_CASE("variables arrive as they are; what no rule set is the job's own", "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    script_request r = request("printf '[%s]\\n' \"$A\" \"$B\" \"$C\" \"$D\" \"$E\" \"$F\" \"$NONE\"");
    r.environment.variables = {{"A", "it's \"$X\" `no` \\ !", false},
                               {"B", "${HOME}/x y", false},
                               {"C", "", false},
                               {"D", "pre-${NOT_SET}-post", false},
                               {"E", "${HOME}${HOME}", false},
                               {"F", "$HOME ${1} ${", false},
                               {"HOME", "/changed", false}};
    CHECK(run_in(sh, r, {"HOME=/it's \"home\""}).out ==
          "[it's \"$X\" `no` \\ !]\n[/it's \"home\"/x y]\n[]\n[pre--post]\n[/it's \"home\"/it's \"home\"]\n"
          "[$HOME ${1} ${]\n[]\n");
  }
}

TEST_CASE("append extends the job's own value and makes no empty part where there is none",
          "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    script_request r = request("echo \"$P|$Q|$R\"");
    r.environment.variables = {{"P", "${P}:/x:/y", true}, {"Q", "${Q}:/x", true}, {"R", "${P}", false}};
    CHECK(run_in(sh, r, {"P=/own"}).out == "/own:/x:/y|/x|/own\n");
  }
}

TEST_CASE("rules' init sees the variables, and what a rule sets wins over it; the task's init is last",
          "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    script_request r = request("echo \"$A|$P|$N|$T|$(pwd)\"");
    r.working_dir = scratch_folder();
    r.environment.variables = {{"A", "rule", false}, {"P", "${P}:/x", true}, {"T", "rule", false}};
    r.environment.init = "N=$A-$(pwd); A=module; P=/module:$P; export A P";
    r.environment.task_init = "T=$A-task";
    CHECK(run_in(sh, r, {"P=/own"}).out ==
          "rule|/module:/own:/x|rule-" + scratch_folder() + "|rule-task|" + scratch_folder() + "\n");
  }
}

TEST_CASE("a failing init stops nothing, one that exits does", "[tasks][script]") {
  for (const variant& sh : variants()) {
    INFO(sh.name);
    script_request r = request("echo \"$?\"; exit 3");
    r.environment.init = "no_such_command_here; false";
    r.environment.task_init = "(exit 9)";
    CHECK(run_in(sh, r).exit == 3);
    CHECK(run_in(sh, r).out == "0\n");
    r.environment.task_init = "exit 9";
    CHECK(run_in(sh, r).exit == 9);
  }
}

TEST_CASE("the script enters its working_dir, whatever its name", "[tasks][script]") {
  const std::string home = scratch_folder() + "/ho me";
  for (const char* name : {"plain", "it's", "sp ace", "$HOME", "-dash", "new\nline", "日本", "a\\b", "~"}) {
    const std::string folder = home + "/" + name;
    std::filesystem::create_directories(folder);
    for (const variant& sh : variants()) {
      INFO(sh.name << " " << name);
      script_request r = request("/bin/pwd");
      r.working_dir = folder;
      CHECK(run_in(sh, r).out == folder + "\n");
      r.working_dir = std::string("~/") + name;
      CHECK(run_in(sh, r, {"HOME=" + home}).out == folder + "\n");
    }
  }
  script_request r = request("/bin/pwd");
  r.working_dir = "~";
  CHECK(run_in(variants()[0], r, {"HOME=" + home}).out == home + "\n");
  r.working_dir = "~root";
  CHECK(run_in(variants()[0], r, {"HOME=" + home}).exit ==
        (::access("/root", X_OK) == 0 ? 0 : launch_failure_exit));
  r.working_dir = "ho me";
  CHECK(run_in(variants()[0], r).out == home + "\n");
}

TEST_CASE("a working_dir that cannot be entered is marked, and nothing runs", "[tasks][script]") {
  const std::string plain = scratch_folder() + "/plain-file";
  REQUIRE(run({"/bin/sh", "-c", "echo x >plain-file"}, {usual_path}).exit == 0);
  for (const variant& sh : variants()) {
    for (const std::string& folder :
         {std::string("/nonexistent/it's"), plain, std::string("~/none"), std::string("/n\nl"),
          "/" + std::string(5000, 'x'), std::string("~no-such-user-here/x"),
          "/nonexistent/" + std::string(900, 'y')}) {
      INFO(sh.name << " " << folder);
      script_request r = request("echo ran");
      r.environment.init = "echo init";
      r.working_dir = folder;
      const script_end end = run_in(sh, r, {"HOME=/nonexistent"});
      CHECK(end.exit == launch_failure_exit);
      CHECK(end.out.empty());
      std::string words;
      INFO(end.err);
      CHECK(has_launch_failure_mark(scratch_folder() + "/err", "tok1", words));
      CHECK(words.find("cannot enter working_dir ") == 0);
    }
  }
  script_request r = request("echo ran");
  r.working_dir = "~";
  CHECK(run_in(variants()[0], r, {}).exit == launch_failure_exit);
  CHECK(run_in(variants()[0], r, {"HOME="}).exit == launch_failure_exit);
}

TEST_CASE("the reason of a launch failure is told where bash gives it", "[tasks][script]") {
  script_request r = request("echo ran");
  r.working_dir = "/nonexistent/place";
  run_in(variants()[0], r, {"LC_ALL=C"});
  std::string words;
  REQUIRE(has_launch_failure_mark(scratch_folder() + "/err", "tok1", words));
  CHECK(words == "cannot enter working_dir /nonexistent/place (No such file or directory)");
}

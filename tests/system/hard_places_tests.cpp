// Where a supervisor must go on, or say what is the matter, and lose nothing: a clock that is set, few file descriptors, a
// state directory that is removed, no home, journals of a newer settle, ten thousand runs. tests/system/full_disk_tests.cpp
// has the disks.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace settle::tests;
namespace fs = std::filesystem;
using std::chrono::seconds;

namespace {

/// Each task writes one line when it runs; the last one fails.
std::string counted(const workshop& shop, int tasks, const std::string& and_then = "true") {
  std::string text;
  for (int i = 0; i < tasks; ++i) {
    const auto id = std::to_string(i);
    text += (text.empty() ? "[" : ",") + ("{\"id\": " + quoted(id)) + ", \"name\": \"t\", \"command\": " +
            quoted("echo ran >>" + (shop.work() / ("ran-" + id)).string() + "; " + and_then +
                   (i + 1 == tasks ? "; exit 3" : "")) +
            "}";
  }
  return text + "]";
}

void check_each_ran_once(const workshop& shop, int tasks) {
  for (int i = 0; i < tasks; ++i) {
    INFO(i);
    CHECK(read_file(shop.work() / ("ran-" + std::to_string(i))) == "ran\n");
  }
}

struct said {
  int exit_code;
  std::string out, err;
};

said say(invocation what) {
  program p(what);
  p.finish();
  return {p.exit_code(), p.out(), p.err()};
}

invocation with(invocation what, std::vector<std::string> environment) {
  what.environment.insert(what.environment.end(), environment.begin(), environment.end());
  return what;
}

/// The same command with at most so many descriptors.
invocation with_descriptors(invocation what, int limit) {
  what.argv.insert(what.argv.begin(),
                   {"/bin/sh", "-c", "ulimit -n " + std::to_string(limit) + " && exec \"$0\" \"$@\""});
  return what;
}

/// Without the variables: `env -u` takes them away.
invocation without(invocation what, const std::vector<std::string>& names) {
  std::vector<std::string> words{"/usr/bin/env"};
  for (const auto& name : names)
    words.insert(words.end(), {"-u", name});
  what.argv.insert(what.argv.begin(), words.begin(), words.end());
  return what;
}

}  // namespace

TEST_CASE("a wall clock that is set back or forward changes no verdict", "[system][hard]") {
  const auto step = GENERATE(-7200, 7200);
  INFO(step);
  const workshop shop;
  shop.knob("remember", "2");
  const auto clock = shop.folder() / "step";
  write_file(clock, "0\n");
  program p(with(shop.slurm(shop.document(counted(shop, 4, "sleep 3")), {"--json", "--max-concurrent", "2"}),
                 {"LD_PRELOAD=" SETTLE_STEPPED_CLOCK, "CLOCK_STEP=" + clock.string()}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, "\"status\":\"running\""); }));
  write_file(clock, std::to_string(step) + "\n");
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 1);
  CHECK(has(p.out(), "\"confirmed\":true"));
  CHECK(times(p.out(), "\"evidence\":\"accounting\"") + times(p.out(), "\"evidence\":\"queue\"") == 4);
  CHECK_FALSE(has(p.out(), "verdict_corrected"));
  CHECK(shop.jobs() == 4);
  check_each_ran_once(shop, 4);
}

TEST_CASE("a run that is taken over on a clock two hours back goes on as before", "[system][hard]") {
  const workshop shop;
  const auto clock = shop.folder() / "step";
  write_file(clock, "0\n");
  const std::vector<std::string> stepped{"LD_PRELOAD=" SETTLE_STEPPED_CLOCK, "CLOCK_STEP=" + clock.string()};
  const auto what = with(shop.slurm(shop.document(counted(shop, 3, "sleep 4")), {"--json"}), stepped);
  {
    program first(what);
    REQUIRE(first.wait_until(
        [](const auto& out, const auto&) { return times(out, "\"status\":\"running\"") >= 3; }));
    first.signal(SIGKILL);
    first.finish();
  }
  write_file(clock, "-7200\n");
  auto again = shop.settle({"run", "--resume", "last", "--poll-interval", "1s", "--json"});
  again.environment = what.environment;
  const auto second = say(again);
  INFO(second.out << second.err);
  CHECK(second.exit_code == 1);
  CHECK(times(second.out, "\"status\":\"completed\"") == 2);
  CHECK(shop.jobs() == 3);
  check_each_ran_once(shop, 3);
}

TEST_CASE("with too few file descriptors nothing is begun; with just enough a run ends as it should",
          "[system][hard]") {
  const bool on_slurm = GENERATE(true, false);
  INFO(on_slurm);
  const workshop shop;
  const auto file = shop.document(counted(shop, 4));
  const auto what = on_slurm ? shop.slurm(file, {"--json"}) : shop.local(file, {"--json"});
  for (const int limit : {8, 13, 40, 63}) {
    const auto refused = say(with_descriptors(what, limit));
    INFO("descriptors: " << limit << refused.out << refused.err);
    CHECK((refused.exit_code == 3 ||
           (limit == 8 && refused.exit_code == 127)));  // 127: the loader's, of our libraries
    CHECK((limit == 8 || has(refused.err, "(ulimit -n); nothing was submitted")));
    CHECK_FALSE(fs::exists(shop.state() / "runs"));
  }
  const auto enough = say(with_descriptors(what, 64));
  INFO(enough.out << enough.err);
  CHECK(enough.exit_code == 1);
  check_each_ran_once(shop, 4);
}

TEST_CASE("a soft limit of file descriptors is raised for settle, not for tasks", "[system][hard]") {
  const workshop shop;
  auto what = shop.local(shop.document(
      R"([{"id": "a", "name": "a", "command": "ulimit -Sn >soft; ulimit -Hn >hard; grep 'open files' /proc/$(cat settle)/limits >limits; true"}])"));
  what.argv.insert(what.argv.begin(),
                   {"/bin/sh", "-c", "ulimit -Sn 64 && echo $$ >settle && exec \"$0\" \"$@\""});
  const auto ran = say(what);
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(read_file(shop.work() / "soft") == "64\n");
  CHECK_FALSE(has(read_file(shop.work() / "limits"), " 64 "));
}

TEST_CASE("a supervisor of more runs than a soft limit would let it open supervises them all",
          "[system][hard][supervise]") {
  const workshop shop;
  constexpr int runs = 40;
  const auto file =
      shop.document(R"([{"id": "a", "name": "a", "command": "while [ ! -e go ]; do sleep 0.5; done"}])");
  for (int i = 0; i < runs; ++i)
    REQUIRE(say(shop.settle({"submit", file, "--backend", "local"})).exit_code == 0);
  auto what = shop.settle({"supervise", "--backend", "local", "--until-idle", "--slots", "64"});
  what.argv.insert(what.argv.begin(), {"/bin/sh", "-c", "ulimit -Sn 70 && exec \"$0\" \"$@\""});
  program supervisor(what);
  CHECK(supervisor.wait_until([](const auto& out, const auto&) { return times(out, ": taken up") == runs; }));
  write_file(shop.work() / "go", "");
  supervisor.finish();
  INFO(supervisor.out() << supervisor.err());
  CHECK(supervisor.exit_code() == 0);
  CHECK(times(supervisor.out(), ": completed: 1 completed") == runs);
}

TEST_CASE("a state directory that is removed under a run ends it with 3, and nothing else is started",
          "[system][hard]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 6, "sleep 2"));
  program p(shop.slurm(file, {"--json", "--max-concurrent", "2"}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, "\"status\":\"running\""); }));
  fs::remove_all(shop.state());
  p.finish();
  INFO(p.out() << p.err());
  CHECK(p.exit_code() == 3);
  CHECK(has(p.err(), shop.state().string()));
  CHECK_FALSE(has(p.out(), "\"event\":\"run_finished\""));
  CHECK(shop.jobs() == 2);
}

TEST_CASE("a state directory that is removed under a supervisor ends it with 3",
          "[system][hard][supervise]") {
  const workshop shop;
  program supervisor(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  const bool with_a_run = GENERATE(false, true);
  if (with_a_run) {
    const auto file = shop.document(R"([{"id":"a","name":"a","command":"sleep 30"}])");
    REQUIRE(say(shop.settle({"submit", file, "--backend", "local"})).exit_code == 0);
    REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "taken up"); }));
  }
  fs::remove_all(shop.state());
  supervisor.finish(seconds(60));
  INFO(supervisor.out() << supervisor.err());
  CHECK(supervisor.exit_code() == 3);
  CHECK(has(supervisor.err(), shop.state().string()));
}

TEST_CASE("without HOME the passwd entry's is used; one that cannot be made is exit code 3",
          "[system][hard]") {
  const workshop shop;
  const auto what = without(shop.settle({"list", "--json"}), {"SETTLE_STATE", "XDG_STATE_HOME", "HOME"});
  const auto listed = say(what);
  INFO(listed.err);
  CHECK(listed.exit_code == 0);

  const auto file = shop.document(R"([{"id": "a", "name": "a", "command": "touch ran"}])");
  auto nowhere = without(shop.local(file), {"SETTLE_STATE", "XDG_STATE_HOME"});
  nowhere.environment.emplace_back("HOME=/proc/nobody");
  const auto refused = say(nowhere);
  INFO(refused.err);
  CHECK(refused.exit_code == 3);
  CHECK(has(refused.err, "/proc/nobody/.local/state/settle"));
  CHECK(has(refused.err, "--state"));
  CHECK_FALSE(fs::exists(shop.work() / "ran"));

  auto home = without(shop.local(file), {"SETTLE_STATE", "XDG_STATE_HOME"});
  home.environment.emplace_back("HOME=" + (shop.folder() / "home").string());
  CHECK(say(home).exit_code == 0);
  CHECK(fs::exists(shop.folder() / "home/.local/state/settle/runs"));
}

TEST_CASE("a journal of a newer settle is refused by every command, and stays as it is", "[system][hard]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 2));
  REQUIRE(say(shop.local(file, {"--json"})).exit_code == 1);
  const auto journal = shop.only_run() / "journal.ndjson";
  auto text = read_file(journal);
  for (auto at = text.find("\"v\":1"); at != std::string::npos; at = text.find("\"v\":1", at))
    text.replace(at, 5, "\"v\":2");
  write_file(journal, text);
  for (const auto& words : std::vector<std::vector<std::string>>{{"run", "--resume", "last"},
                                                                 {"show", "last"},
                                                                 {"status", "last"},
                                                                 {"watch", "last", "--exit-status"},
                                                                 {"retry", "last"},
                                                                 {"export", "last"}}) {
    INFO(words.front());
    const auto answer = say(shop.settle(words));
    INFO(answer.out << answer.err);
    CHECK(answer.exit_code == 3);
    CHECK(has(answer.err, "newer"));
    CHECK_FALSE(has(answer.out, "completed"));
  }
  const auto listed = say(shop.settle({"list"}));
  CHECK(listed.exit_code == 3);
  CHECK(has(listed.out + listed.err, "newer"));
  const auto supervised = say(shop.settle({"supervise", "--backend", "local", "--until-idle"}));
  CHECK(has(supervised.out + supervised.err, "newer"));
  say(shop.settle({"prune", "--older-than", "0s"}));
  CHECK(read_file(journal) == text);
}

TEST_CASE("who only looks at a damaged journal is told its place, and no half of it", "[system][hard]") {
  const workshop shop;
  REQUIRE(say(shop.local(shop.document(counted(shop, 2)), {"--json"})).exit_code == 1);
  const auto journal = shop.only_run() / "journal.ndjson";
  auto text = read_file(journal);
  const auto at = text.find("\"status\":\"failed\"", text.find("\"event\":\"item\""));
  REQUIRE(at != std::string::npos);
  text[at] = '\0';
  write_file(journal, text);
  const auto line = std::to_string(1 + lines_in(text.substr(0, at)));
  for (const auto& words : std::vector<std::vector<std::string>>{{"show", "last"},
                                                                 {"status", "last"},
                                                                 {"watch", "last", "--exit-status"},
                                                                 {"export", "last"},
                                                                 {"logs", "last", "1"}}) {
    INFO(words.front());
    const auto answer = say(shop.settle(words));
    INFO(answer.out << answer.err);
    CHECK(answer.exit_code == 3);
    CHECK(has(answer.err, "journal.ndjson:" + line + ": no JSON object"));
    CHECK_FALSE(has(answer.out, "1 completed"));
  }
}

TEST_CASE("beside ten thousand finished runs one more is supervised and listed as quickly as alone",
          "[system][hard][supervise]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 1));
  REQUIRE(say(shop.local(file)).exit_code == 1);
  constexpr int runs = 10'000;
  shop.copy_only_run(runs - 1);
  program supervisor(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  write_file(shop.work() / "ran-0", "");
  const auto left = say(shop.settle({"submit", file, "--backend", "local"}));
  REQUIRE(left.exit_code == 0);
  const auto run = left.out.substr(0, left.out.find('\n'));
  CHECK(supervisor.wait_until(
      [&run](const auto& out, const auto&) { return has(out, "run " + run) && has(out, ": failed"); }));
  CHECK(times(say(shop.settle({"list", "--json"})).out, "\"status\"") == runs + 1);
  supervisor.signal(SIGTERM);
  supervisor.finish();
  INFO(supervisor.err());
  CHECK(supervisor.exit_code() == 0);
  check_each_ran_once(shop, 1);
}

TEST_CASE("a supervisor whose log nobody reads goes on", "[system][hard][supervise]") {
  const workshop shop;
  auto what = shop.settle({"supervise", "--backend", "local", "--until-idle"});
  what.stdout_closed = true;
  const auto file = shop.document(counted(shop, 2));
  REQUIRE(say(shop.settle({"submit", file, "--backend", "local"})).exit_code == 0);
  const auto supervised = say(what);
  INFO(supervised.err);
  CHECK(supervised.exit_code == 0);
  CHECK(say(shop.settle({"watch", "last", "--exit-status"})).exit_code == 1);
  check_each_ran_once(shop, 2);
}

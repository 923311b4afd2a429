// The headless supervisor: runs that are left for it, taken up, cancelled from another process, and gone on with by the
// next one; on this machine and on the fake Slurm.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

using namespace settle::tests;

namespace {

std::string ran_file(const workshop& shop, int i) {
  return (shop.work() / ("ran-" + std::to_string(i))).string();
}

/// Each task writes one line when it runs.
std::string counted(const workshop& shop, int tasks, const std::string& and_then) {
  std::string text;
  for (int i = 0; i < tasks; ++i)
    text += (text.empty() ? "[" : ",") + ("{\"id\": " + quoted(std::to_string(i))) +
            ", \"name\": \"t\", \"command\": " + quoted("echo ran >>" + ran_file(shop, i) + "; " + and_then) +
            "}";
  return text + "]";
}

void check_each_ran_once(const workshop& shop, int tasks) {
  for (int i = 0; i < tasks; ++i) {
    INFO(i);
    CHECK(read_file(ran_file(shop, i)) == "ran\n");
  }
}

struct said {
  int exit_code;
  std::string out, err;
};

said say(const workshop& shop, std::vector<std::string> words,
         const std::vector<std::string>& environment = {}) {
  auto what = shop.settle(std::move(words));
  what.environment.insert(what.environment.end(), environment.begin(), environment.end());
  program p(what);
  p.finish();
  return {p.exit_code(), p.out(), p.err()};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

bool says(const program& p, const std::string& words) {
  return has(p.out(), words);
}

}  // namespace

TEST_CASE("a submitted run is kept until a supervisor comes, and runs once", "[system][supervise]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 3, "true"));
  const auto left = say(shop, {"submit", file, "--backend", "local", "--title", "kept"});
  REQUIRE(left.exit_code == 0);
  CHECK(has(left.err, "nobody supervises"));
  const auto run = first_line(left.out);
  CHECK(shop.only_run().filename() == run);
  CHECK(has(say(shop, {"status", run}).out, "pending"));

  const auto supervised = say(shop, {"supervise", "--until-idle"});
  INFO(supervised.out << supervised.err);
  CHECK(supervised.exit_code == 0);
  CHECK(has(supervised.out, "run " + run + ": taken up"));
  CHECK_FALSE(has(supervised.out, "another process left"));
  CHECK(has(supervised.out, "completed: 3 completed"));
  check_each_ran_once(shop, 3);
  CHECK(say(shop, {"watch", run, "--exit-status"}).exit_code == 0);
}

TEST_CASE("what is wrong with a submitted document is told, and nothing is kept", "[system][supervise]") {
  const workshop shop;
  const auto file = shop.document(R"([{"id":"a","name":"a","command":"true","deps":["b"]}])");
  const auto left = say(shop, {"submit", file, "--backend", "local"});
  CHECK(left.exit_code == 2);
  CHECK(left.out.empty());
  CHECK(has(left.err, "nothing was submitted"));
  CHECK(say(shop, {"list"}).out.empty());
  const auto json = say(shop, {"submit", file, "--backend", "local", "--json"});
  CHECK(json.exit_code == 2);
  CHECK(has(json.out, "\"valid\":false"));
}

TEST_CASE("a supervisor takes up what is submitted while it runs, and cancels what others ask",
          "[system][supervise][cancel]") {
  const workshop shop;
  program supervisor(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  const auto file = shop.document(
      R"([{"id":"long-1","name":"l","command":"sleep 600"},{"id":"long-2","name":"l","command":"sleep 600"},
          {"id":"after","name":"a","command":"true","deps":["long-1"]}])");
  const auto left = say(shop, {"submit", file, "--backend", "local", "--json"});
  REQUIRE(left.exit_code == 0);
  CHECK(has(left.out, "\"supervisor\":{\"host\":"));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "taken up"); }));

  const auto unknown = say(shop, {"cancel", "last", "nothing"});
  CHECK(unknown.exit_code == 2);
  CHECK(has(unknown.err, "has no item \"nothing\""));
  const auto one = say(shop, {"cancel", "last", "long-1"});
  CHECK(one.exit_code == 0);
  CHECK(has(one.err, "cancelling 1 item"));
  REQUIRE(supervisor.wait_until([](const auto& out, const auto&) { return has(out, "dep_failed: after"); }));
  const auto rest = say(shop, {"cancel", "last", "long-*", "--json"});
  CHECK(rest.exit_code == 0);
  CHECK(has(rest.out, "\"carried_out\":true"));
  CHECK(has(rest.out, "1 item has its verdict already"));
  REQUIRE(
      supervisor.wait_until([](const auto& out, const auto&) { return has(out, "2 failed, 1 dep_failed"); }));
  CHECK(has(say(shop, {"list"}).out, "cancelled"));
  CHECK(has(say(shop, {"cancel", "last"}).err, "finished already"));

  supervisor.signal(SIGTERM);
  supervisor.finish();
  CHECK(supervisor.exit_code() == 0);
  CHECK(says(supervisor, "left 0 runs under way"));
}

TEST_CASE("a request that nobody takes is kept for whoever comes next", "[system][supervise][cancel]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 2, "true"));
  REQUIRE(say(shop, {"submit", file, "--backend", "local", "--max-concurrent", "1"}).exit_code == 0);
  const auto asked = say(shop, {"cancel", "last"});
  CHECK(asked.exit_code == 3);
  CHECK(has(asked.err, "is kept, but nobody supervises it now"));
  // It is asked for again at the first look; what was begun until then counts by its evidence.
  const auto supervised = say(shop, {"supervise", "--until-idle"});
  CHECK(supervised.exit_code == 0);
  CHECK((has(say(shop, {"list"}).out, "completed") || has(say(shop, {"list"}).out, "cancelled")));
}

TEST_CASE("one supervisor for a state directory", "[system][supervise]") {
  const workshop shop;
  program first(shop.settle({"supervise", "--backend", "local"}));
  REQUIRE(first.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  const auto second = say(shop, {"supervise", "--backend", "local"});
  CHECK(second.exit_code == 3);
  CHECK(has(second.err, std::to_string(first.pid())));
  program third(shop.settle({"supervise", "--backend", "local", "--take-over"}));
  REQUIRE(third.wait_until([](const auto& out, const auto&) { return has(out, "supervises"); }));
  first.finish();
  CHECK(first.exit_code() == 3);
  CHECK(has(first.err(), "taken over the supervision"));
}

TEST_CASE("a killed supervisor's runs are gone on with by the next one, on Slurm",
          "[system][supervise][slurm]") {
  const workshop shop;
  const auto document = shop.document(counted(shop, 4, "sleep 3"));
  const auto fake = shop.slurm(document).environment;  // the fake commands first on PATH
  for (int i = 0; i < 2; ++i)
    REQUIRE(say(shop, {"submit", document, "--backend", "slurm"}, fake).exit_code == 0);
  auto what = shop.settle({"supervise", "--poll-interval", "1s", "--json"});
  what.environment.insert(what.environment.end(), fake.begin(), fake.end());
  {
    program first(what);
    REQUIRE(first.wait_until([](const auto& out, const auto&) {
      std::size_t running = 0;
      for (auto at = out.find("\"running\""); at != std::string::npos; at = out.find("\"running\"", at + 1))
        ++running;
      return running >= 8;  // all of both runs: no sbatch is under way (see resume_tests)
    }));
    first.signal(SIGKILL);
    first.finish();
  }
  what.argv.emplace_back("--until-idle");
  program second(what);
  second.finish();
  INFO(second.out() << second.err());
  CHECK(second.exit_code() == 0);
  CHECK(shop.jobs() == 8);
  for (int i = 0; i < 4; ++i)
    CHECK(read_file(ran_file(shop, i)) == "ran\nran\n");  // once in each run
  CHECK(has(say(shop, {"list"}).out, "4 completed"));
}

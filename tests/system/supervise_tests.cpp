// The headless supervisor: runs that are left for it, taken up, cancelled from another process, and gone on with by the
// next one; on this machine and on the fake Slurm.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

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
  CHECK(has(supervisor.out(), "left 0 runs under way"));
}

TEST_CASE("a request that nobody takes is kept for whoever comes next", "[system][supervise][cancel]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 2, "sleep 600"));
  REQUIRE(say(shop, {"submit", file, "--backend", "local"}).exit_code == 0);
  const auto asked = say(shop, {"cancel", "last"});
  CHECK(asked.exit_code == 3);
  CHECK(has(asked.err, "is kept, but nobody supervises it now"));
  const auto supervised = say(shop, {"supervise", "--until-idle"});
  CHECK(supervised.exit_code == 0);
  CHECK(has(say(shop, {"list"}).out, "cancelled"));
  CHECK(std::filesystem::is_empty(shop.state() / "inbox"));
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
      return times(out, "\"running\"") >= 8;  // all of both runs: no sbatch is under way (see resume_tests)
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

TEST_CASE("late accounting is heard by the next supervisor too, and corrects", "[system][supervise][slurm]") {
  const workshop shop;
  shop.knob("sacct_never");
  const auto document = shop.document(R"([{"id":"a","name":"a","command":"sleep 3; exit 3"}])");
  const auto fake = shop.slurm(document).environment;
  REQUIRE(say(shop, {"submit", document, "--backend", "slurm"}, fake).exit_code == 0);
  const std::vector<std::string> supervise{"supervise", "--poll-interval",    "1s", "--witness",
                                           "off",       "--settle-no-record", "3s"};
  auto until_idle = supervise;
  until_idle.emplace_back("--until-idle");
  const auto first = say(shop, until_idle, fake);
  INFO(first.out << first.err);
  REQUIRE(first.exit_code == 0);  // finished, though still asked about
  CHECK(has(first.out, "completed, unconfirmed"));
  CHECK(has(first.out, "calls so far: sacct "));

  shop.unset("sacct_never");
  auto what = shop.settle(supervise);
  what.environment.insert(what.environment.end(), fake.begin(), fake.end());
  program second(what);
  CHECK(
      second.wait_until([](const auto& out, const auto&) { return has(out, "late accounting: failed: a"); }));
  CHECK(second.wait_until([](const auto& out, const auto&) { return has(out, ": failed: 1 failed"); }));
  second.signal(SIGTERM);
  second.finish();
  CHECK(second.exit_code() == 0);
  CHECK(has(say(shop, {"list"}).out, "failed"));
}

TEST_CASE("runs of another backend, and damaged ones, do not keep a supervisor from leaving",
          "[system][supervise]") {
  const workshop shop;
  const auto file = shop.document(counted(shop, 1, "true"));
  const auto fake = shop.slurm(file).environment;
  REQUIRE(say(shop, {"submit", file, "--backend", "slurm"}, fake).exit_code == 0);
  const auto other = say(shop, {"supervise", "--backend", "local", "--until-idle"});
  CHECK(other.exit_code == 0);
  CHECK(has(other.out, "left alone: it is of backend slurm"));
  const auto damaged = first_line(say(shop, {"submit", file, "--backend", "local"}).out);
  const auto journal = shop.state() / "runs" / damaged / "journal.ndjson";
  write_file(journal, read_file(journal) + "no JSON\n");
  const auto refused = say(shop, {"supervise", "--backend", "local", "--until-idle"});
  CHECK(refused.exit_code == 3);
  CHECK(has(refused.out, "journal.ndjson:"));
}

TEST_CASE("a service manager hears that it is ready, alive and stopping", "[system][supervise]") {
  const workshop shop;
  const auto path = (shop.folder() / "notify").string();
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  REQUIRE(::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  const auto heard = [socket](const std::string& word) {
    char text[512];
    for (ssize_t n = 0; (n = ::recv(socket, text, sizeof text, 0)) > 0;)
      if (has(std::string(text, static_cast<std::size_t>(n)), word))
        return true;
    return false;
  };
  auto what = shop.settle({"supervise", "--backend", "local"});
  what.environment.insert(what.environment.end(), {"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=3000000"});
  program supervisor(what);
  CHECK(heard("READY=1"));
  CHECK(heard("WATCHDOG=1"));
  CHECK(heard("WATCHDOG=1"));
  supervisor.signal(SIGTERM);
  CHECK(heard("STOPPING=1"));
  supervisor.finish();
  CHECK(supervisor.exit_code() == 0);
  ::close(socket);
}

// The program against fake Slurm commands (tests/system/fake) that fail, hang, lag and lie as real ones do.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace settle::tests;
using std::chrono::seconds;

namespace {

std::string task(const std::string& id, const std::string& command) {
  return "{\"id\": " + quoted(id) + ", \"name\": \"t\", \"command\": " + quoted(command) + "}";
}

/// Three tasks: two succeed, one after a moment.
std::string three() {
  return "[" + task("a", "true") + "," + task("b", "sleep 2") + "," + task("c", "echo c") + "]";
}

std::vector<told> stream_of(program& p, int exit_code) {
  p.finish(seconds(150));
  INFO(p.err());
  INFO(p.out());
  CHECK(p.exit_code() == exit_code);
  auto events = read_stream(p.out());
  check_stream(events);
  return events;
}

std::vector<told> stream_of(const invocation& what, int exit_code) {
  program p(what);
  return stream_of(p, exit_code);
}

void check_all_confirmed(const std::vector<told>& events) {
  CHECK(events.back().status == "completed");
  CHECK(events.back().confirmed == true);
  for (const auto& [item, e] : verdicts(events)) {
    INFO(item);
    CHECK(e.status == "completed");
    CHECK(e.evidence == "accounting");
    CHECK(e.exit_code == 0);
  }
}

}  // namespace

TEST_CASE("jobs on Slurm complete when accounting says so", "[system][slurm]") {
  const workshop shop;
  const auto events = stream_of(shop.slurm(shop.document(three()), {"--json"}), 0);
  check_all_confirmed(events);
  CHECK(shop.jobs() == 3);
  CHECK(shop.calls("sbatch") == 1);  // one array
  for (const told& e : events)
    if (e.event == "item" && e.item == "b" && e.status != "pending")
      CHECK_FALSE(e.job_id.empty());
}

TEST_CASE("a job's exit code on Slurm is the user's", "[system][slurm]") {
  const workshop shop;
  const auto events = stream_of(
      shop.slurm(shop.document("[" + task("good", "true") + "," + task("bad", "echo why >&2; exit 3") + "]"),
                 {"--json"}),
      1);
  auto last = verdicts(events);
  CHECK(last["good"].status == "completed");
  CHECK(last["bad"].status == "failed");
  CHECK(last["bad"].cause == "exit_nonzero");
  CHECK(last["bad"].exit_code == 3);
  CHECK(last["bad"].evidence == "accounting");
}

TEST_CASE("while squeue fails nothing changes, and the run still ends right", "[system][slurm][outage]") {
  const workshop shop;
  program p(shop.slurm(shop.document("[" + task("a", "sleep 3") + "," + task("b", "sleep 3; exit 3") + "]"),
                       {"--json"}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) {
    const auto first = out.find(R"("status":"running")");
    return first != std::string::npos && out.find(R"("status":"running")", first + 1) != std::string::npos;
  }));
  shop.knob("squeue_fail");
  // Both jobs end meanwhile; settle looks less and less often at a controller that does not answer.
  const std::size_t before = shop.calls("squeue");
  REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("squeue") >= before + 1; }));
  const std::size_t told_in_outage = read_stream(p.out()).size();
  REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("squeue") >= before + 3; }));
  std::size_t changed = 0;
  const auto meanwhile = read_stream(p.out());
  for (std::size_t i = told_in_outage; i < meanwhile.size(); ++i)
    changed += meanwhile[i].event == "item" ? 1 : 0;
  CHECK(changed == 0);
  shop.unset("squeue_fail");
  auto last = verdicts(stream_of(p, 1));
  CHECK(last["a"].status == "completed");
  CHECK(last["b"].exit_code == 3);
}

TEST_CASE("a squeue that hangs is ended at its deadline and blocks nobody", "[system][slurm][outage]") {
  const workshop shop;
  shop.knob("squeue_hang");
  program p(shop.slurm(shop.document(three()), {"--json", "--command-deadline", "1s"}));
  REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("squeue") >= 2; }));
  CHECK(shop.jobs() == 3);  // submitting went on
  shop.unset("squeue_hang");
  check_all_confirmed(stream_of(p, 0));
}

TEST_CASE("an item is settling until a lagging accounting has its row", "[system][slurm][accounting]") {
  const workshop shop;
  shop.knob("sacct_lag", "4");
  const auto events =
      stream_of(shop.slurm(shop.document("[" + task("a", "sleep 3; exit 3") + "]"), {"--json"}), 1);
  std::string path;
  for (const told& e : events)
    if (e.event == "item")
      path += e.status + " ";
  INFO(path);
  CHECK(has(path, "running settling failed"));
  CHECK(verdicts(events)["a"].exit_code == 3);
}

TEST_CASE("without any record a job is completed, unconfirmed, and the exit code is 4",
          "[system][slurm][accounting]") {
  const workshop shop;
  shop.knob("sacct_never");
  const std::string file = shop.document("[" + task("a", "sleep 3") + "]");
  SECTION("4") {
    const auto events = stream_of(shop.slurm(file, {"--json", "--settle-no-record", "3s"}), 4);
    const told a = verdicts(events)["a"];
    CHECK(a.status == "completed");
    CHECK(a.evidence == "none");
    CHECK_FALSE(a.exit_code);
    CHECK(a.error.starts_with(
        "marked COMPLETED after the scheduler queue clear but accounting never returned a row "
        "\xE2\x80\x94 exit code unknown"));
    CHECK(events.back().status == "completed");
    CHECK(events.back().confirmed == false);
    CHECK(events.back().counts.at("unconfirmed") == 1);
  }
  SECTION("0 where that is accepted") {
    stream_of(shop.slurm(file, {"--json", "--settle-no-record", "3s", "--unconfirmed", "accept"}), 0);
  }
  SECTION("in words") {
    program p(shop.slurm(file, {"--settle-no-record", "3s"}));
    p.finish();
    INFO(p.out());
    CHECK(p.exit_code() == 4);
    CHECK(has(p.out(), "unconfirmed: a"));
    CHECK(has(p.out(), "completed, but 1 of 1 item unconfirmed"));
  }
}

TEST_CASE("an accounting that is down is waited for", "[system][slurm][accounting]") {
  const workshop shop;
  shop.knob("sacct_fail");
  program p(shop.slurm(shop.document(three()), {"--json"}));
  REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("sacct") >= 3; }));
  CHECK_FALSE(has(p.out(), "\"completed\",\"at\""));
  shop.unset("sacct_fail");
  check_all_confirmed(stream_of(p, 0));
}

TEST_CASE("a listing of 200 MB is read and changes nothing", "[system][slurm][slow]") {
  const workshop shop;
  shop.knob("squeue_huge", "200");
  program p(shop.slurm(shop.document(three()), {"--json"}));
  check_all_confirmed(stream_of(p, 0));
  // The listing, its rows, and no second copy of either.
  CHECK(p.max_rss_kib() < 2'500'000);
}

TEST_CASE("an sbatch that timed out but did submit is found by its token: one job",
          "[system][slurm][submit]") {
  const workshop shop;
  shop.knob("sbatch_lost", "1");
  const auto events =
      stream_of(shop.slurm(shop.document("[" + task("a", "echo x >> ran; sleep 3") + "]"), {"--json"}), 0);
  check_all_confirmed(events);
  CHECK(shop.jobs() == 1);
  CHECK(shop.calls("sbatch") == 1);
  CHECK(read_file(shop.work() / "ran") == "x\n");
}

TEST_CASE("an sbatch that refuses for good fails the item with its own words", "[system][slurm][submit]") {
  const workshop shop;
  shop.knob("sbatch_refuse", "Invalid partition name specified");
  const auto events = stream_of(shop.slurm(shop.document("[" + task("a", "true") + "]"), {"--json"}), 1);
  const told a = verdicts(events)["a"];
  CHECK(a.cause == "rejected");
  CHECK(has(a.error, "Invalid partition name specified"));
  CHECK(a.evidence.empty());
  CHECK(shop.jobs() == 0);
  CHECK(shop.calls("sbatch") == 1);
}

TEST_CASE("limits are waited out", "[system][slurm][submit]") {
  const workshop shop;
  shop.knob("sbatch_busy", "2");
  const auto events = stream_of(shop.slurm(shop.document(three()), {"--json"}), 0);
  check_all_confirmed(events);
  CHECK(shop.jobs() == 3);
}

TEST_CASE("scheduler calls in a cycle do not grow with the items", "[system][slurm]") {
  const workshop shop;
  std::string text;
  for (int i = 0; i < 30; ++i)
    text += (i == 0 ? "[" : ",") + task("t" + std::to_string(i), "sleep 1");
  const auto events = stream_of(shop.slurm(shop.document(text + "]"), {"--json"}), 0);
  check_all_confirmed(events);
  INFO("squeue " << shop.calls("squeue") << ", sacct " << shop.calls("sacct"));
  CHECK(shop.calls("sacct") <= 4 * shop.calls("squeue") + 4);
  const double took = events.back().at - events.front().at;
  CHECK(static_cast<double>(shop.calls("squeue")) <= took + 3);
}

TEST_CASE("cancelling ends the jobs on Slurm and waits for what accounting says",
          "[system][slurm][signals]") {
  const workshop shop;
  program p(shop.slurm(
      shop.document("[" + task("a", "sleep 100; touch survived") + "," + task("b", "sleep 100") + "]"),
      {"--json", "--cancel-on-interrupt"}));
  REQUIRE(p.wait_until([&](const auto& out, const auto&) {
    const std::size_t first = out.find("\"running\",\"at\"");
    return first != std::string::npos && out.find("\"running\",\"at\"", first + 1) != std::string::npos;
  }));
  p.signal(SIGINT);
  const auto events = stream_of(p, 1);
  CHECK(events.back().status == "cancelled");
  for (const auto& [item, e] : verdicts(events)) {
    INFO(item);
    CHECK(e.cause == "cancelled");
  }
  CHECK(shop.calls("scancel") >= 1);
}

TEST_CASE("a run that is left can be shown from another process", "[system][slurm][show]") {
  const workshop shop;
  program p(shop.slurm(shop.document("[" + task("a", "sleep 5") + "]"), {}));
  REQUIRE(p.wait_until([&](const auto&, const auto&) {
    program shown(shop.settle({"show", "last", "--json"}));
    shown.finish();
    return shown.exit_code() == 0 && has(shown.out(), "\"status\":\"running\",\"job_id\":\"101\"");
  }));
  p.signal(SIGTERM);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 3);
  CHECK(has(p.err(), "1 job keeps running"));
  CHECK_FALSE(has(p.err(), "cannot take them over"));
}

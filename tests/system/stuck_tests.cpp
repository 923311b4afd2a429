// The program and jobs that do not start by themselves, on the fake Slurm: what is told, shown and given up.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace settle::tests;
using std::chrono::seconds;

namespace {

std::string one() {
  return R"([{"id": "a", "name": "t", "command": "true"}])";
}
std::string many(int n) {
  std::string tasks;
  for (int i = 0; i < n; ++i)
    tasks +=
        (i == 0 ? "[" : ",") + (R"({"id": "i)" + std::to_string(i) + R"(", "name": "t", "command": "true"})");
  return tasks + "]";
}

/// Nothing starts for as long as the test lasts.
void hold_everything(const workshop& shop) {
  shop.knob("queue_time", "3600");
  shop.knob("pending_reason", "launch failed requeued held");
}

}  // namespace

TEST_CASE("a stuck job is told with reason and advice, shown, and cancelled after its time",
          "[system][slurm][stuck]") {
  const workshop shop;
  hold_everything(shop);
  program p(shop.slurm(shop.document(one()), {"--json", "--fail-stuck-after", "3s"}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, "\"advice\":"); }));
  const auto run = shop.only_run().filename().string();
  program words(shop.settle({"show", run, "a"}));
  words.finish();
  CHECK(has(words.out(), "launch failed requeued held"));
  CHECK(has(words.out(), "scontrol release"));
  program json(shop.settle({"show", run, "--json"}));
  json.finish();
  CHECK(has(json.out(), R"("reason":"launch failed requeued held","advice":")"));

  p.finish(seconds(150));
  INFO(p.out());
  CHECK(p.exit_code() == 1);
  const auto events = read_stream(p.out());
  check_stream(events);
  std::size_t told = 0;
  for (const auto& e : events)
    told += e.reason.empty() ? 0 : 1;
  CHECK(told == 1);
  const auto a = verdicts(events)["a"];
  CHECK(a.status == "failed");
  CHECK(a.cause == "cancelled");
  CHECK(a.evidence == "accounting");
  CHECK(a.error == "cancelled by settle after 3 s: launch failed requeued held");
  CHECK(events.back().status == "failed");
  CHECK(shop.calls("scancel") >= 1);
}

TEST_CASE("without a limit a stuck job is only told, and its release is told too", "[system][slurm][stuck]") {
  const workshop shop;
  shop.knob("queue_time", "8");
  shop.knob("pending_reason", "JobHeldUser");
  program p(shop.slurm(shop.document(one()), {"--json"}));
  REQUIRE(p.wait_until([](const auto& out, const auto&) { return has(out, R"("reason":"JobHeldUser")"); }));
  shop.unset("pending_reason");
  p.finish(seconds(150));
  CHECK(p.exit_code() == 0);
  const auto events = read_stream(p.out());
  check_stream(events);
  CHECK(verdicts(events)["a"].status == "completed");
  CHECK(verdicts(events)["a"].reason.empty());
  CHECK(shop.calls("scancel") == 0);
}

TEST_CASE("in words five stuck items are told one by one, the others as a number", "[system][slurm][stuck]") {
  const workshop shop;
  hold_everything(shop);
  program p(shop.slurm(shop.document(many(8)), {"--cancel-on-interrupt"}));
  REQUIRE(
      p.wait_until([](const auto& out, const auto&) { return has(out, "stuck in the queue now: 8 items"); }));
  CHECK(times(p.out(), ": launch failed requeued held: ") == 5);
  p.signal(SIGINT);
  p.finish(seconds(150));
  CHECK(p.exit_code() == 1);
  CHECK(has(p.out(), "was cancelled"));
}

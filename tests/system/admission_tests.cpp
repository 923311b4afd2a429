// A cluster on which settle takes no run: it says so before anything is submitted. One that does not answer is not refused.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

const std::string one_task = R"([{"id": "a", "name": "t", "command": "sleep 2"}])";

void check_refused(const workshop& shop, const invocation& what, std::size_t sbatch_calls) {
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 3);
  CHECK(p.out().empty());
  CHECK(has(p.err(), "this cluster is in federation north"));
  CHECK(has(p.err(), "use a cluster that is in no federation"));
  CHECK(shop.calls("sbatch") == sbatch_calls);
}

void check_completes(const invocation& what) {
  program p(what);
  p.finish();
  INFO(p.err());
  CHECK(p.exit_code() == 0);
}

}  // namespace

TEST_CASE("run refuses a federation with exit code 3 and submits nothing", "[system][slurm][admission]") {
  for (const bool json : {false, true}) {
    const workshop shop;
    shop.knob("federation", "north");
    check_refused(shop,
                  shop.slurm(shop.document(one_task),
                             json ? std::vector<std::string>{"--json"} : std::vector<std::string>{}),
                  0);
    CHECK(fs::is_empty(shop.state() / "runs"));
  }
}

TEST_CASE("a run that was left is not gone on with in a federation; outside it is",
          "[system][slurm][admission]") {
  const workshop shop;
  {
    program left(shop.slurm(shop.document(one_task), {"--json"}));
    REQUIRE(left.wait_until([](const auto& out, const auto&) { return has(out, R"("status":"running")"); }));
    left.signal(SIGTERM);
    left.finish();
    CHECK(left.exit_code() == 3);
  }
  const auto resume = shop.settle({"run", "--resume", "last", "--poll-interval", "1s"});
  shop.knob("federation", "north");
  check_refused(shop, resume, 1);
  shop.unset("federation");
  check_completes(resume);
  CHECK(shop.calls("sbatch") == 1);
}

TEST_CASE("a cluster that cannot say whether it is in a federation is waited for like any other",
          "[system][slurm][admission][outage]") {
  const workshop shop;
  const auto what = shop.slurm(shop.document(one_task), {"--command-deadline", "1s"});
  SECTION("slurmctld is down") {
    shop.knob("squeue_fail");  // scontrol's knob too
    program p(what);
    REQUIRE(p.wait_until([&](const auto&, const auto&) { return shop.calls("squeue") >= 2; }));
    shop.unset("squeue_fail");
    p.finish();
    CHECK(p.exit_code() == 0);
  }
  SECTION("scontrol hangs") {
    shop.knob("scontrol_hang");
    check_completes(what);
  }
  CHECK(times(read_file(shop.folder() / "cluster/calls/scontrol"), "federation") == 1);
  CHECK(shop.jobs() == 1);
}

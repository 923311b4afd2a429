// Jobs that never start by themselves, in real Slurm's own words: told with advice, and cancelled after their time.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

namespace settle::live {
namespace {

using std::chrono::seconds;

/// The id of a job that has failed and that the controller still knows.
std::string failed_job(const cluster& slurm) {
  const auto said = slurm.ask({"sbatch", "--parsable", "--output=/dev/null", "--wrap=exit 1"});
  const auto id = said.out.substr(0, said.out.find('\n'));
  REQUIRE_FALSE(id.empty());
  const auto limit = std::chrono::steady_clock::now() + seconds{60};
  while (slurm.ask({"squeue", "-h", "--states=all", "-o", "%T", "-j", id}).out != "FAILED\n") {
    REQUIRE(std::chrono::steady_clock::now() < limit);
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
  return id;
}

expected_end given_up() {
  auto end = ends_cancelled();
  end.evidences = {"queue", "accounting", "controller"};
  end.executions = 0;
  return end;
}

}  // namespace

TEST_CASE("a held job and one whose dependency has failed are told, and cancelled after their time",
          "[live][stuck]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("stuck");
  const auto parent = failed_job(slurm);
  plan tasks(folder);
  auto& held = tasks.add("held", "true");
  held.sbatch_args = {"--hold"};
  held.end = given_up();
  auto& orphan = tasks.add("orphan", "true");
  orphan.sbatch_args = {"--dependency=afterok:" + parent};
  orphan.end = given_up();
  tasks.add("free", "true");
  live_run run(slurm, folder, tasks, {"--fail-stuck-after", "10s"});
  CHECK(run.finish(seconds{120}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  const auto* held_end = run.heard().last("held");
  const auto* orphan_end = run.heard().last("orphan");
  REQUIRE(held_end != nullptr);
  REQUIRE(orphan_end != nullptr);
  CHECK(held_end->error == "cancelled by settle after 10 s: JobHeldUser");
  CHECK(orphan_end->error == "cancelled by settle after 10 s: DependencyNeverSatisfied");
  CHECK(run.heard().finish()->status == "failed");
}

}  // namespace settle::live

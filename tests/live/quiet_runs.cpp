// Runs on a healthy Slurm that remembers finished jobs: exact codes, constant calls, the example.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

#include <csignal>

namespace settle::live {
namespace {

using std::chrono::seconds;

}  // namespace

TEST_CASE("a controller that remembers gives the exact code of every failure, from the queue or after it",
          "[live][codes]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("codes");
  plan tasks(folder);
  for (int code : {0, 1, 2, 3, 64, 126, 127, 128, 129, 130, 137, 139, 143, 200, 254, 255})
    tasks.add("exit-" + std::to_string(code), "exit " + std::to_string(code)).end = exits_with(code);
  for (int signal : {SIGHUP, SIGABRT, SIGKILL, SIGSEGV, SIGBUS})
    tasks.add("signal-" + std::to_string(signal), "kill -" + std::to_string(signal) + " $$").end =
        ends_by_signal(signal);
  for (int i = 0; i < 5; ++i)
    tasks.add("slow-" + std::to_string(i), "sleep " + std::to_string(i + 1));
  live_run run(slurm, folder, tasks);
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.excess_calls() == "");
}

TEST_CASE("ten items cost no more calls per cycle than a thousand", "[live][calls]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("ten");
  plan tasks(folder);
  for (int i = 0; i < 10; ++i)
    tasks.add("item-" + std::to_string(i), "sleep " + std::to_string(i));
  live_run run(slurm, folder, tasks);
  CHECK(run.finish(seconds{240}) == 0);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  CHECK(run.excess_calls() == "");
  CHECK(run.commands().count("sbatch") <= 10);
  CHECK(run.commands().count("scancel") == 0);
}

TEST_CASE("the fan-out example ends completed, confirmed, with exit code 0", "[live][example]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("example");
  live_run run(slurm, folder, SETTLE_SOURCE_DIR "/examples/fanout.json", {});
  CHECK(run.finish(seconds{240}) == 0);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
  const auto* end = run.heard().finish();
  REQUIRE(end != nullptr);
  CHECK(end->status == "completed");
  CHECK(end->confirmed == true);
  CHECK(end->counts.at("completed") == run.heard().terminal());
}

}  // namespace settle::live

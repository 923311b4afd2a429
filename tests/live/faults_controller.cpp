// A controller that is stopped, killed or hung, and a munged that is gone, while jobs are submitted and while they end:
// no verdict changes, none is invented, and every task runs exactly once.
#include "tests/live/truth.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace settle::live {
namespace {

using std::chrono::seconds;

struct outage {
  std::string begins;  ///< verb of slurm-cluster
  std::string ends;
  std::string daemon;
  seconds lasts;
};

/// slurmctld writes what changed every five seconds; what a crash finds unwritten it forgets, and that is not settle's.
bool wait_for_saved_state(const cluster& slurm, live_run& run, const std::string& some_item) {
  namespace fs = std::filesystem;
  const auto now = fs::file_time_type::clock::now();
  // Refused for a while by a slurmctld that has just begun: accounting has not told it of the job yet.
  outcome changed;
  const auto change = [&] {
    changed = slurm.ask({"scontrol", "update", "job", run.job_of(some_item), "Comment=changed"});
    return changed.ok();
  };
  const bool has_changed = run.hear_until(change, seconds{60});
  INFO(changed.out << changed.err);
  CHECK(has_changed);
  const auto saved = [&] {
    std::error_code absent;
    const auto written = fs::last_write_time(slurm.folder() + "/c/state/ctld/job_state", absent);
    return !absent && written > now;
  };
  return run.hear_until(saved, seconds{120});
}

}  // namespace

TEST_CASE("slurmctld is away, dead or hung, or munged is gone: none of it is ever the news of a job",
          "[live][fault][controller]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("controller");
  const std::vector<outage> outages{{"stop", "start", "slurmctld", seconds{8}},
                                    {"kill", "start", "slurmctld", seconds{8}},
                                    {"pause", "resume", "slurmctld", seconds{16}},
                                    {"stop", "start", "munged", seconds{8}}};
  // An sbatch that never reached slurmctld is searched for all the same: what that may take is not tested here.
  const arguments flags{"--settle-no-record", "5s", "--command-deadline", "2s", "--search-silence", "20s"};
  plan polled(folder + "/polled");
  for (std::size_t stage = 0; stage < outages.size(); ++stage) {
    for (int i = 0; i < 6; ++i)
      polled.add("item-" + std::to_string(stage) + "-" + std::to_string(i),
                 gated(folder + "/gate-" + std::to_string(stage), i % 3 == 2 ? 3 : 0));
  }
  live_run polling(slurm, folder + "/polled", polled, flags);
  REQUIRE(polling.hear_until([&] { return polling.heard().in_status("running") == polled.size(); },
                             seconds{120}));
  std::size_t stage = 0;
  for (const auto& how : outages) {
    INFO(how.daemon << " " << how.begins);
    if (how.begins == "kill")
      REQUIRE(wait_for_saved_state(slurm, polling, "item-3-0"));
    const auto here = folder + "/submitted-" + std::to_string(stage);
    plan submitted(here);
    for (int i = 0; i < 12; ++i)
      submitted.add("item-" + std::to_string(i), tell_end(i % 3 == 2 ? 3 : 0));
    const bool one_array = stage % 2 == 1;
    auto words = flags;
    if (!one_array)
      words.emplace_back("--no-arrays");
    live_run submitting(slurm, here, submitted, words);
    submitting.commands().hold("sbatch");
    const std::vector<live_run*> both{&polling, &submitting};
    REQUIRE(hear_together(
        both, [&] { return submitting.commands().count("sbatch") >= (one_array ? 1U : 4U); }, seconds{120}));
    slurm.daemon(how.begins, how.daemon);
    submitting.commands().release("sbatch");
    write_file(folder + "/gate-" + std::to_string(stage), "");
    const auto over = std::chrono::steady_clock::now() + how.lasts;
    hear_together(
        both, [&] { return std::chrono::steady_clock::now() >= over; }, how.lasts);
    CHECK(polling.heard().terminal() == stage * 6);
    CHECK(submitting.heard().terminal() == 0);
    slurm.daemon(how.ends, how.daemon);
    ++stage;
    CHECK(hear_together(
        both, [&] { return submitting.program().at_end() && polling.heard().terminal() == stage * 6; },
        seconds{240}));
    expect_truth(submitting, submitted);
    CHECK(submitting.heard().unconfirmed() == 0);
  }
  expect_truth(polling, polled);
  CHECK(polling.heard().unconfirmed() == 0);
}

}  // namespace settle::live

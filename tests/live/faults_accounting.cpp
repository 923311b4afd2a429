// Accounting that is stopped, dead or hung for longer than a whole run: nothing is ever its news, and what it says
// when it comes back corrects what nobody had known.
#include "tests/live/truth.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <optional>

namespace settle::live {
namespace {

using std::chrono::seconds;

/// Every third fails.
std::vector<std::string> add_gated(plan& tasks, int count, const std::string& gate) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back("item-" + std::to_string(i));
    tasks.add(ids.back(), gated(gate, i % 3 == 2 ? 3 : 0));
  }
  return ids;
}

bool hear_all_running(const std::vector<live_run*>& runs, std::size_t items) {
  const auto running = [&] {
    std::size_t sum = 0;
    for (const auto* run : runs)
      sum += run->heard().in_status("running");
    return sum;
  };
  return hear_together(
      runs, [&] { return running() == items; }, seconds{120});
}

/// Two runs side by side, held while their jobs end, until the controller has forgotten them: as on a cluster that
/// forgets quickly and is asked seldom. One ends without accounting; in the other one more task keeps it until
/// accounting is back.
class forgotten_runs {
public:
  forgotten_runs(cluster& slurm, const std::string& folder, arguments flags)
      : slurm_(slurm), gate_(folder + "/gate"), last_gate_(folder + "/last-gate"), short_(folder + "/short"),
        lasting_(folder + "/lasting"), ids_(add_gated(short_, 6, gate_)) {
    add_gated(lasting_, 6, gate_);
    lasting_.add("keeper", gated(last_gate_, 0));
    flags.emplace_back("--no-arrays");  // slurmctld remembers ended tasks while others of their array live
    short_run_.emplace(slurm, folder + "/short", short_, flags);
    lasting_run_.emplace(slurm, folder + "/lasting", lasting_, flags);
    both_ = {&*short_run_, &*lasting_run_};
    for (auto* run : both_)
      run->expect_no_accounting();
  }

  void end_unseen() {
    REQUIRE(hear_all_running(both_, 2 * ids_.size() + 1));
    for (auto* run : both_)
      run->program().send(SIGSTOP);
    write_file(gate_, "");
    const auto forgotten = [&] {
      return ended_and_forgotten(slurm_, *short_run_, short_, ids_) &&
             ended_and_forgotten(slurm_, *lasting_run_, lasting_, ids_);
    };
    REQUIRE(hear_together(both_, forgotten, seconds{120}));
    for (auto* run : both_)
      run->program().send(SIGCONT);
  }

  void expect_unconfirmed() {
    CHECK(hear_together(
        both_,
        [&] { return short_run_->program().at_end() && lasting_run_->heard().unconfirmed() == ids_.size(); },
        seconds{120}));
    expect_truth(*short_run_, short_);
    CHECK(short_run_->heard().unconfirmed() == ids_.size());
    CHECK(lasting_run_->heard().unconfirmed() == ids_.size());
    CHECK(lasting_run_->heard().corrections() == 0);
  }

  void expect_witnessed() {
    CHECK(hear_together(
        both_,
        [&] {
          return short_run_->program().at_end() &&
                 with_evidence(*lasting_run_, lasting_, "witness") == ids_.size();
        },
        seconds{120}));
    expect_truth(*short_run_, short_);
    CHECK(with_evidence(*short_run_, short_, "witness") == ids_.size());
    write_file(last_gate_, "");
    expect_truth(*lasting_run_, lasting_);
    CHECK(lasting_run_->heard().unconfirmed() == 0);
  }

  void expect_corrected() {
    const auto corrected = [&] { return lasting_run_->heard().corrections() == ids_.size(); };
    CHECK(lasting_run_->hear_until(corrected, seconds{120}));
    write_file(last_gate_, "");
    expect_truth(*lasting_run_, lasting_);
    CHECK(with_evidence(*lasting_run_, lasting_, "accounting") == lasting_.size());
  }

private:
  cluster& slurm_;
  std::string gate_;
  std::string last_gate_;
  plan short_;
  plan lasting_;
  std::vector<std::string> ids_;
  std::optional<live_run> short_run_;
  std::optional<live_run> lasting_run_;
  std::vector<live_run*> both_;
};

}  // namespace

TEST_CASE("slurmdbd is stopped for longer than a run: what the controller saw "
          "decides, and no word is accounting's",
          "[live][fault][accounting]") {
  auto& slurm = remembering_cluster();
  const auto folder = slurm.new_folder("dbd-stopped");
  plan good(folder + "/good");
  plan mixed(folder + "/mixed");
  for (int i = 0; i < 6; ++i)
    good.add("item-" + std::to_string(i), tell_end(0));
  add_gated(mixed, 6, folder + "/gate");
  slurm.daemon("stop", "slurmdbd");
  live_run good_run(slurm, folder + "/good", good, {"--settle-no-record", "5s"});
  live_run mixed_run(slurm, folder + "/mixed", mixed, {"--settle-no-record", "5s"});
  const std::vector<live_run*> both{&good_run, &mixed_run};
  for (auto* run : both)
    run->expect_no_accounting();
  write_file(folder + "/gate", "");
  hear_together(
      both, [&] { return good_run.program().at_end() && mixed_run.program().at_end(); }, seconds{120});
  expect_truth(good_run, good);
  expect_truth(mixed_run, mixed);
  CHECK(with_evidence(good_run, good, "controller") == 6);
  CHECK(with_evidence(mixed_run, mixed, "controller") == 4);
  CHECK(with_evidence(mixed_run, mixed, "queue") == 2);
}

TEST_CASE("slurmdbd is killed for longer than a run: what only it could tell "
          "is unconfirmed, and corrected when it "
          "is back",
          "[live][fault][accounting]") {
  auto& slurm = vanishing_cluster();
  slurm.daemon("kill", "slurmdbd");
  forgotten_runs runs(slurm, slurm.new_folder("dbd-killed"),
                      {"--settle-no-record", "5s", "--witness", "off"});
  runs.end_unseen();
  runs.expect_unconfirmed();
  slurm.daemon("start", "slurmdbd");
  runs.expect_corrected();
}

TEST_CASE(
    "slurmdbd is killed for longer than a run: the exit records of the scripts decide what nobody else knows",
    "[live][fault][accounting][witness]") {
  auto& slurm = vanishing_cluster();
  slurm.daemon("kill", "slurmdbd");
  forgotten_runs runs(slurm, slurm.new_folder("dbd-witness"), {"--settle-no-record", "5s"});
  runs.end_unseen();
  runs.expect_witnessed();
  slurm.daemon("start", "slurmdbd");
}

TEST_CASE("slurmdbd hangs for longer than a run: what only it could tell is "
          "unconfirmed, and corrected when "
          "it goes "
          "on",
          "[live][fault][accounting]") {
  auto& slurm = vanishing_cluster();
  slurm.daemon("pause", "slurmdbd");
  forgotten_runs runs(slurm, slurm.new_folder("dbd-hung"),
                      {"--settle-no-record", "5s", "--command-deadline", "3s", "--witness", "off"});
  runs.end_unseen();
  runs.expect_unconfirmed();
  slurm.daemon("resume", "slurmdbd");
  runs.expect_corrected();
}

TEST_CASE("MariaDB is killed while jobs end, and started again: none is called "
          "completed before that",
          "[live][fault][accounting]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("mariadb");
  plan tasks(folder);
  add_gated(tasks, 9, folder + "/gate");
  live_run run(slurm, folder, tasks);
  REQUIRE(hear_all_running({&run}, tasks.size()));
  slurm.daemon("kill", "mariadbd");
  write_file(folder + "/gate", "");
  const auto left = [&] { return run.heard().in_status("settling") + run.heard().in_status("failed"); };
  CHECK(run.hear_until([&] { return left() == tasks.size(); }, seconds{120}));
  const auto asked = run.commands().count("sacct");
  CHECK(run.hear_until([&] { return run.commands().count("sacct") >= asked + 3; }, seconds{120}));
  CHECK(with_evidence(run, tasks, "accounting") == 0);
  CHECK(run.heard().in_status("completed") == 0);
  slurm.daemon("start", "mariadbd");
  expect_truth(run, tasks);
  CHECK(run.heard().unconfirmed() == 0);
}

}  // namespace settle::live

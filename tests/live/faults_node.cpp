// A node that dies under its jobs, and a job whose deadline passes.
#include "tests/live/live_run.hpp"

#include <catch2/catch.hpp>

namespace settle::live {
namespace {

using std::chrono::seconds;

/// Neither Slurm's code of such an end nor a signal is the command's own; which of them shows depends on the version.
expected_end ended_by_slurm(const std::string& cause, int executions) {
  expected_end end;
  end.status = "failed";
  end.cause = cause;
  end.exit_codes = {std::nullopt, 0, 1};
  end.signals = {std::nullopt, 1, 9, 15};
  end.evidences = {"accounting", "queue"};
  end.executions = executions;
  return end;
}

void add_jobs(plan& tasks) {
  for (int i = 0; i < 3; ++i) {
    auto& lost = tasks.add("lost-" + std::to_string(i), "sleep 600");
    lost.sbatch_args = {"--no-requeue"};
    lost.end = ended_by_slurm("node_failure", 1);
    auto& again = tasks.add("again-" + std::to_string(i),
                            "test $(wc -l <\"$mark\") -ge 2 || sleep 600\n" + tell_end(i == 2 ? 3 : 0));
    again.sbatch_args = {"--requeue"};
    again.end = exits_with(i == 2 ? 3 : 0);
    again.end.attempt = 2;
    again.end.executions = 2;
  }
}

/// It wants the whole node, which others use by the time it may begin, and its deadline leaves it three more seconds.
void add_late(plan& tasks) {
  auto& late = tasks.add("late", "true");
  late.sbatch_args = {"--exclusive", "--time=1", "--begin=now+3", "--deadline=now+66seconds"};
  late.end = ended_by_slurm("deadline", 0);
}

}  // namespace

TEST_CASE(
    "a node dies under its jobs: those not requeued fail for it, the others live again as a second attempt",
    "[live][fault][node]") {
  auto& slurm = vanishing_cluster();
  const auto folder = slurm.new_folder("node");
  plan tasks(folder);
  add_jobs(tasks);
  const auto jobs = tasks.size();
  add_late(tasks);
  live_run run(slurm, folder, tasks);
  const auto begun = [&] {
    std::size_t count = 0;
    for (const auto& task : tasks.tasks())
      count += tasks.executions(task).size();
    return count == jobs && run.heard().in_status("running") == jobs;
  };
  REQUIRE(run.hear_until(begun, seconds{120}));
  const auto is_late = [&] {
    const auto* last = run.heard().last("late");
    return last != nullptr && is_terminal(last->status);
  };
  CHECK(run.hear_until(is_late, seconds{120}));
  // A node that dies takes its jobs along. Were they left, slurmd would find them when it comes back and revoke the
  // credential under which their next lives begin.
  slurm.daemon("kill", "slurmd");
  slurm.daemon("kill", "jobs");
  const auto down = slurm.ask({"scontrol", "update", "nodename=n1", "state=down", "reason=test"});
  INFO(down.err);
  CHECK(down.ok());
  CHECK(run.hear_until([&] { return run.heard().in_status("failed") == 4; }, seconds{120}));
  CHECK(run.heard().in_status("completed") == 0);
  slurm.daemon("start", "slurmd");
  CHECK(run.finish(seconds{240}) == 1);
  const auto wrong = run.differences();
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

}  // namespace settle::live

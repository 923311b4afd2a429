// What the jobs themselves wrote down, held against what the program says of them. It holds in every fault, since no
// daemon has a part in it: a task that `tell_end`s its end leaves a file that only it wrote.
#pragma once

#include "tests/live/live_run.hpp"
#include "tests/live/plan.hpp"

#include <string>
#include <vector>

namespace settle::live {

/// Hears the run to its end and expects that its stream and exit code say what the files of its jobs say. Each task
/// must have run exactly once, a confirmed verdict must be the true one, an unconfirmed one must be a marked
/// completion. Tasks that never run are not for this: `plan::difference` knows what is expected of them.
void expect_truth(live_run& run, const plan& tasks);

/// Items whose last event names this evidence.
std::size_t with_evidence(const live_run& run, const plan& tasks, const std::string& evidence);

/// The commands of these items have written down their end, and the controller no longer knows their jobs.
bool ended_and_forgotten(const cluster& slurm, const live_run& run, const plan& tasks,
                         const std::vector<std::string>& items);

}  // namespace settle::live

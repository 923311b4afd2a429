// What Slurm's reasons of pending jobs mean for those who wait for them: whether such a job starts by itself, and what
// to do where it does not. One table, from the reasons of Slurm 20.11 to 26.05 (job_state_reason) and the sentences
// that slurmctld writes in their place.
#pragma once

#include "actors/core/record.hpp"

#include <string_view>

namespace settle::actors {

struct pending_advice {
  core::prospect outlook = core::prospect::starts;
  std::string_view words;  ///< what it means and what to do; empty with `starts`
};

/// Of the reason as squeue prints it: the bare word, in parentheses, with more behind it (`ReqNodeNotAvail,
/// UnavailableNodes:n1`), or a sentence. One that is not known gives no advice.
pending_advice advice_on(std::string_view reason);

}  // namespace settle::actors

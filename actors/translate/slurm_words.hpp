// Slurm's records in the rules' own terms: the one place that knows both vocabularies. Pure, and total: every state
// that Slurm can print, and every word it may yet invent, has a meaning here. Never decides anything: whether a
// meaning changes an item is the core's business.
#pragma once

#include "actors/core/record.hpp"
#include "io/slurm/records.hpp"

#include <span>
#include <vector>

namespace settle::actors {

/// What a state means in a listing, and its cause where it is an end. `why` of a failure by the job's own code is
/// read from that code.
struct state_meaning {
  core::meaning means = core::meaning::present;
  core::cause why = core::cause::none;
  bool operator==(const state_meaning&) const = default;
};
state_meaning meaning_in_listing(const slurm::job_state&, const slurm::code&);
/// The same in accounting, where a requeue flag marks the row of an earlier attempt.
state_meaning meaning_in_accounting(const slurm::job_state&, const slurm::code&);

/// A row of squeue. What the controller only forecasts (a waiting job's start, a living job's end) is left out, as
/// is what it shows of the next attempt while the last one is still COMPLETING.
core::listed_job to_listed(const slurm::queue_row&);

/// All records of one job id, in sacct's order: every main row opens an attempt, steps belong to the one above.
std::vector<core::account_row> to_account_rows(std::span<const slurm::account_record>);
/// The same, one record after the other.
void add_record(std::vector<core::account_row>& rows, const slurm::account_record&);

}  // namespace settle::actors

// Whole answers of squeue and sacct as the backend's port gives them on: rows grouped by job, what could not be read
// kept apart. Pure.
#pragma once

#include "actors/cluster.hpp"
#include "io/slurm/records.hpp"

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace settle::actors {

listing to_listing(slurm::table<slurm::queue_row> table);

/// Jobs of which some row could not be read.
struct unread_jobs {
  std::unordered_set<std::uint64_t> ids;  ///< an array's id: every task of it
  bool some_task = false;                 ///< a row may be any array's task's
  unread_rows text{};
  bool cover(std::uint64_t id) const;
};

/// sacct prints all rows of a job together, each main row followed by its steps. A job of which some row could not
/// be read counts as not answered: without that row the others may stand at the wrong attempt.
void add_accounted(const slurm::table<slurm::account_record>& table, std::vector<accounted_job>& out,
                   unread_jobs& unread);

}  // namespace settle::actors

// Whole answers of squeue and sacct as the backend's port gives them on: rows grouped by job, what could not be read
// kept apart. Pure.
#pragma once

#include "actors/cluster.hpp"
#include "actors/core/text.hpp"
#include "io/slurm/commands.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace settle::actors {

/// squeue's rows one by one.
class listed_jobs {
public:
  explicit listed_jobs(std::size_t rows_at_most);
  void add(const slurm::queue_row&);
  /// The answer is whole.
  listing take(const slurm::listing_rest&);

private:
  void set_aside(const slurm::bad_row&);
  void set_aside_disputed(const slurm::listing_rest&);

  listing out_;
  std::vector<std::uint64_t> raw_ids_;  ///< of each row, as squeue has it
  core::text name_;                     ///< of the last row
};

/// Jobs of which some row could not be read.
struct unread_jobs {
  std::unordered_set<std::uint64_t> ids;  ///< an array's id: every task of it
  bool some_task = false;                 ///< a row may be any array's task's
  unread_rows text{};
  bool cover(std::uint64_t id) const;
};

/// sacct's rows one by one. It prints all rows of a job together, each main row followed by its steps. A job of which some
/// row could not be read counts as not answered: without that row the others may stand at the wrong attempt.
class accounted_jobs {
public:
  void add(const slurm::account_record&);
  /// The answer is whole; of its rows these could not be read. Adds to `out`, sets `unread`.
  void take(const std::vector<slurm::bad_row>& bad, std::vector<accounted_job>& out, unread_jobs& unread);

private:
  std::size_t place_of(std::uint64_t id, const slurm::account_record&);

  std::vector<accounted_job> jobs_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_id_;  ///< places in jobs_
  std::optional<std::size_t> current_;                         ///< whose steps follow
  core::text name_;                                            ///< of the last job
  unread_jobs unread_;
};

}  // namespace settle::actors

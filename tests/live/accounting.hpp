// The test's own look into accounting: plain sacct, asked at the moment that counts.
#pragma once

#include "tests/live/cluster.hpp"

#include <map>
#include <string>
#include <vector>

namespace settle::live {

/// The newest main row of a job.
struct accounted {
  std::string state;
  std::string exit_code;
  std::string end;   ///< "Unknown" while the job is not over
  int attempts = 0;  ///< rows of this id
  /// The one thing that makes a success: COMPLETED and over.
  bool is_final_success() const { return state == "COMPLETED" && end != "Unknown" && end != "None"; }
};

/// By job id; jobs without a row are absent. Throws when sacct does not answer.
std::map<std::string, accounted> ask_sacct(const cluster& slurm, const std::vector<std::string>& job_ids);

}  // namespace settle::live

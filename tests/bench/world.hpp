// The cluster that the benchmarks play, as a folder that the fake commands read: which jobs were submitted, in the order of
// their submission, and how many of those have begun, have left the queue, have their row in accounting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::bench {

/// Of tasks in the order of their submission: the first so many.
struct progress {
  std::uint64_t begun = 0;      ///< they run, or have ended
  std::uint64_t gone = 0;       ///< squeue does not list them any more
  std::uint64_t accounted = 0;  ///< sacct has their final row
};

struct moment : progress {
  std::uint64_t foreign = 0;  ///< so many jobs of ours that settle did not submit run, too
  progress beside;            ///< of the jobs whose name begins with `beside_name`; the rest are the others
};

inline constexpr std::string_view beside_name = "beside";

/// One sbatch.
struct submitted_job {
  std::uint64_t id = 0;
  std::uint64_t submitted_at = 0;  ///< epoch seconds
  bool is_array = false;
  std::string name;
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      ranges;  ///< of indexes, both ends included; one of 0 where it is no array
  std::uint64_t tasks() const;
  bool is_beside() const { return name.starts_with(beside_name); }
};

class world {
public:
  explicit world(std::string folder) : folder_(std::move(folder)) {}

  void set(const moment&) const;
  moment now() const;
  /// Gives the job its id. Safe between processes.
  std::uint64_t submit(submitted_job) const;
  std::vector<submitted_job> jobs() const;

private:
  std::string folder_;
};

/// "0-7,9"
std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_of(const std::string& text);
std::string text_of(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& ranges);

}  // namespace settle::bench

// A large run as a process that died leaves it: its folder with document and journal, for the benchmarks.
#pragma once

#include <cstddef>
#include <string>

namespace settle::bench {

/// What there is to read.
struct big_run {
  std::size_t items = 0;
  std::size_t lines = 0;  ///< of the journal
  double megabytes = 0;   ///< of the journal
};

/// Every item has an intent and five events: submitted, queued, running, settling, and completed with all that accounting
/// tells of it. The run's id is 0benchrun000. `folder` must be there.
big_run write_big_run(const std::string& folder, std::size_t items);

/// CPU seconds and the peak of memory of what another process, forked for this, did.
struct cost {
  bool done = false;  ///< it returned true
  double cpu_seconds = 0;
  double peak_megabytes = 0;
};
cost cost_of(bool (*what)(const std::string& folder), const std::string& folder);

}  // namespace settle::bench

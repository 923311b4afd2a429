// A finished run's items that did not complete go out once more, as a run of its own that is left in the state directory
// for a supervisor: `settle retry`. The finished run stays as it is. Starts nothing, asks no scheduler.
#pragma once

#include "io/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace settle {

struct retry_options {
  std::vector<std::string> items;  ///< ids, or patterns as in `deps`; none: everything that did not complete
  bool with_unconfirmed = false;   ///< completions that nobody confirmed too
  bool overwrite = false;          ///< output files of the tasks' own may be written over
  bool again = false;              ///< what an earlier retry of the run has completed, or not finished, too
  std::string title;               ///< empty: that of the finished run, which its tasks see
  std::size_t max_concurrent = 0;  ///< 0: that of the finished run
};

struct retried_run {
  std::string run;  ///< the new run's id
  std::size_t items = 0;
  std::vector<std::string> warnings;
};

/// Errors: bad_input (the run is not finished, was imported, has nothing to retry, …: the words say what to do), storage,
/// bad_reply (its journal is damaged). Then there is no new run, unless the words say so (leave_run).
io::result<retried_run> retry_run(const std::string& state_dir, const std::string& run,
                                  const retry_options& how);

}  // namespace settle

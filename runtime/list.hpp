// The runs of a state directory, one after the other and each by as little of its journal as tells it: the first
// and the last 64 KiB of a finished one. Never reads a document, never writes.
#pragma once

#include "io/result.hpp"
#include "runtime/settle.hpp"

#include <optional>
#include <string>
#include <vector>

namespace settle {

struct listed_run {
  run_summary summary;
  std::string backend;                       ///< "slurm" or "local"
  std::optional<core::duration> created_at;  ///< wall clock, of the first event
  std::string retry_of;  ///< the run whose items go out once more in this one; empty: none
  std::optional<core::duration>
      ended_at;  ///< wall clock; none where its end is not the last that was told of it
};

/// The names of the run folders, oldest first; none where there is no state directory yet. Errors: storage.
io::result<std::vector<std::string>> run_folders(const std::string& state_dir);

/// None: the folder is being made just now and has no journal yet, or was removed since it was listed. Errors: storage, also where what is there is no
/// journal of a run.
io::result<std::optional<listed_run>> read_listed(const std::string& state_dir, const std::string& run);

/// {"run":…,"status":…,"confirmed":…,"counts":{…},"title":…,"created_at":…,"retry_of":…}, without newline.
std::string listed_json(const listed_run& run);

}  // namespace settle

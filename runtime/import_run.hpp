// A finished run of scripthut's becomes a run of the state directory: `settle import`. Asks no scheduler, submits nothing.
#pragma once

#include "io/result.hpp"
#include "io/tasks/document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// The imported file as it was, in the run's folder: its presence marks an imported run, whose tasks settle must not
/// submit again (their environment is not all in it).
inline constexpr std::string_view imported_file_name = "scripthut-run.json";

/// Also where nobody can tell, for want of permission say: an imported run must not count as settle's own.
bool is_imported(const std::string& run_folder);

struct imported_run {
  std::string run;                       ///< its id; empty: nothing was written
  std::vector<tasks::problem> problems;  ///< of the file: what is wrong, where, and what to do
  std::vector<std::string> warnings;
  std::optional<io::error> trouble;  ///< the state directory could not be written
};

/// `text`: a run.json. The id is made of the run's own date and id, so that a second import of it is refused.
imported_run import_run(const std::string& state_dir, std::string_view text);

}  // namespace settle

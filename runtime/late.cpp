#include "runtime/late.hpp"

#include "actors/core/limits.hpp"
#include "io/files.hpp"
#include "io/journal.hpp"
#include "runtime/import_run.hpp"
#include "runtime/places.hpp"

#include <chrono>
namespace settle {

bool worth_asking_late(const std::string& state_dir, const std::string& run, const listed_run& found) {
  if (found.summary.tally.unconfirmed == 0 || found.backend != "slurm")
    return false;
  const auto folder = run_folder(state_dir, run);
  const auto changed = io::changed_at(io::journal_in(folder));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return changed && now - *changed < core::limits::late_accounting && !is_imported(folder);
}

}  // namespace settle

#include "runtime/late_accounting.hpp"

#include "actors/core/limits.hpp"
#include "io/journal.hpp"
#include "runtime/import_run.hpp"

#include <chrono>
#include <cstdint>

#include <sys/stat.h>

namespace settle {

bool accounting_may_speak(const std::string& run_folder, const listed_run& run) {
  if (run.summary.tally.unconfirmed == 0 || run.backend != "slurm" || is_imported(run_folder))
    return false;
  struct stat facts {};
  if (::stat(io::journal_in(run_folder).c_str(), &facts) != 0)
    return false;
  const auto changed = std::chrono::seconds(facts.st_mtim.tv_sec);
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  return now - changed < core::limits::late_accounting;
}

}  // namespace settle

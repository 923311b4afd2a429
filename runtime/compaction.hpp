// Makes the journals of finished runs shorter: what is left tells each item's verdict and when its last attempt was
// submitted, and no longer how it came about. For state directories that are kept for long. Never touches a run that is
// unfinished, held, or still asked about.
#pragma once

#include "runtime/prune.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace settle {

struct journal_size {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
};

/// Rewrites the journal of a run that is finished, under its lease: beside the old one, synced, and in its place only if it
/// tells the same counts, status and verdicts. Killed at any moment it leaves one of both, whole. One that was compacted
/// before is left as it is. With `dry_run` it is only told what would be left. Errors: storage, unavailable (somebody
/// holds the run), bad_reply (a line that cannot be read: a damaged journal is nobody's to rewrite).
struct compacted_journal {
  journal_size before, after;
  bool already = false;
};
io::result<compacted_journal> compact_journal(const std::string& run_folder, bool dry_run);

struct compacted_run {
  pruned_run run;  ///< bytes: of its journal, before
  journal_size before, after;
};

struct compaction_report {
  std::vector<compacted_run> compacted;
  std::size_t already = 0;  ///< runs that were before
  std::array<std::size_t, kept_reasons> stayed{};
  std::vector<std::string> troubles;
};

/// Of the runs that prune() would remove, by the same rules. Errors: as prune().
io::result<compaction_report> compact(const std::string& state_dir, const prune_options& which,
                                      core::duration now);

}  // namespace settle

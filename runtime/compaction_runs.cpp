// Which runs' journals are made shorter: those that prune() would remove.
#include "actors/translate/journal_json.hpp"
#include "io/journal.hpp"
#include "runtime/compaction.hpp"
#include "runtime/prune_choice.hpp"
#include "runtime/settle.hpp"

#include <fstream>
#include <utility>
#include <variant>

namespace settle {

namespace {

/// The mark is the second line: nothing more need be read.
bool compacted_before(const std::string& folder) {
  std::ifstream journal(io::journal_in(folder));
  std::string line;
  std::getline(journal, line);
  std::getline(journal, line);
  const auto read = actors::read_kept_line(line);
  return read && std::holds_alternative<actors::kept_compaction>(*read);
}

void compact_one(const std::string& state_dir, pruned_run run, bool dry_run, compaction_report& report) {
  const auto folder = run_folder(state_dir, run.run);
  if (compacted_before(folder)) {
    ++report.already;
    return;
  }
  const auto done = compact_journal(folder, dry_run);
  if (!done) {
    report.troubles.push_back("run " + run.run + " is left as it is: " + done.error().words);
    return;
  }
  run.bytes = done->before.bytes;
  report.compacted.push_back({std::move(run), done->before, done->after});
}

}  // namespace

io::result<compaction_report> compact(const std::string& state_dir, const prune_options& which,
                                      core::duration now) {
  auto choices = choose_runs(state_dir, which, now);
  if (!choices)
    return tl::unexpected(choices.error());
  compaction_report report;
  report.stayed = choices->stayed;
  report.troubles = std::move(choices->troubles);
  for (auto& run : choices->chosen)
    if (run.status != core::run_status::pending)  // one that never began has nothing to be made shorter
      compact_one(state_dir, std::move(run), which.dry_run, report);
  return report;
}

}  // namespace settle

// Where one item's standard output or error is, worked out as it was when its job was submitted, and whether the
// item has its verdict: for whoever reads that file along. Never writes, and never guesses a name that only Slurm
// knows.
#pragma once

#include "actors/core/stream.hpp"
#include "io/result.hpp"
#include "runtime/follow.hpp"
#include "runtime/journal_lines.hpp"
#include "runtime/show.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace settle {

enum class output_stream { out, err };

/// One of Slurm's patterns (`%j`) left in a path by `fill_pattern`, or the whole path.
struct filled_path {
  std::string path;
  std::string unknown;  ///< the first pattern that could not be resolved, as it is written; empty: all were
};

/// sbatch's rules for file names, of which %j (0: not known yet), %x and %% can be known here.
filled_path fill_pattern(std::string_view pattern, std::uint64_t job_id, std::string_view job_name);

class item_output {
public:
  /// Errors: storage (the run cannot be read), bad_input (it has no such item).
  static io::result<item_output> open(const std::string& state_dir, const std::string& run,
                                      const std::string& item, output_stream which);

  /// Reads what is new in the journal. Errors: storage.
  io::result<void> look();
  /// The file's path by what is known now. Errors: bad_input, naming a pattern that cannot be resolved;
  /// unavailable: it can be once the item has a job.
  io::result<std::string> path() const;
  core::item_status status() const noexcept { return last_.status; }
  bool has_verdict() const noexcept { return core::is_terminal(last_.status); }

private:
  item_output(shown_run run, std::size_t index, output_stream which);
  void saw(const actors::kept_line& line);
  const tasks::document* document_of_item() const;

  shown_run run_;
  std::size_t index_;
  output_stream which_;
  journal_tail tail_;
  journal_lines lines_;
  actors::run_facts facts_;
  std::uint32_t submission_ = 0;  ///< the newest; 0: none yet
  core::stream_event last_;
};

}  // namespace settle

// How a task document becomes a run: checked, given its id, and with the first lines of its journal told. Nothing is
// written and nothing is submitted yet: a supervisor goes on with it, or it is left in the state directory for one.
#pragma once

#include "actors/core/time.hpp"
#include "actors/messages.hpp"
#include "actors/run_book.hpp"

#include <optional>
#include <string>
#include <vector>

namespace settle::actors {

/// Where a run is to live and what is the same for all runs there.
struct founding_place {
  std::string runs;     ///< absolute; the run's folder will stand in it
  std::string backend;  ///< "slurm" or "local"
  std::string home;     ///< what ~ means for jobs
  bool exit_records = false;
  bool unconfirmed_releases = true;
};

struct founded_run {
  std::optional<run_book> book;  ///< none: refused
  std::vector<tasks::problem> problems;
  std::vector<tasks::problem> warnings;
};

/// The book has the journal's first lines, up to run_started; of a run without tasks up to run_finished.
founded_run found_run(const submit_run& asked, const founding_place& where, core::instant now);

/// A run that goes on where a finished one failed.
struct retrying {
  run_facts facts;  ///< id, folder and created_at are given here
  std::size_t max_concurrent = 0;
  std::vector<std::string>
      documents;  ///< texts, each by itself, not all without tasks; they join in this order
  std::vector<std::string>
      completed_before;  ///< of the finished run; documents that are still to be made may name them
};
/// The same for such a run.
founded_run found_retry(retrying asked, const std::string& runs, core::instant now);

}  // namespace settle::actors

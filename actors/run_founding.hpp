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

}  // namespace settle::actors

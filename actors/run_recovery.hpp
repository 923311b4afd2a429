// What another process left of a run, read from the run's folder: its facts, its documents joined again, and each item
// as its journal last told it. Reads only; a journal that is damaged in the middle, or of a newer settle, is refused
// with its place. Blocks for as long as the files take to read.
#pragma once

#include "actors/core/run.hpp"
#include "actors/run_book.hpp"
#include "io/result.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace settle::actors {

struct recovered_run {
  run_book book;
  std::set<core::item_index> joined;  ///< generators whose document has joined
  core::run_change spread;            ///< what the last lines did to others: not yet told
  bool cancel_asked = false;
  std::set<core::item_index> cancelled;  ///< items that somebody asked to cancel, by themselves
  bool finished = false;                 ///< run_finished is the last word
};

/// `folder` is absolute. Errors: storage (a file cannot be read), bad_reply (a line or a document that makes no
/// sense, with file and line).
io::result<recovered_run> recover_run(const std::string& folder, core::instant now,
                                      bool unconfirmed_releases);

}  // namespace settle::actors

// Which items of a finished run go out once more, and the documents of a run with nothing but them. Pure.
#pragma once

#include "actors/run_recovery.hpp"
#include "io/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace settle {

struct retry_choice {
  std::vector<bool> taken;  ///< by the item's index in the finished run
  std::size_t count = 0;
  /// Texts, in the order in which the finished run's documents joined, each by itself. The first is always there, be it
  /// without tasks: it has the rules that the others share.
  std::vector<std::string> documents;
  std::vector<std::string>
      completed_before;  ///< where generators are to run once more: what theirs may depend on
  std::vector<std::string> warnings;
};

/// Everything that did not complete; with `wanted` (ids, or patterns as in `deps`) of these. Errors: bad_input: a name of
/// nobody, an item that completed, nothing to retry, an item that waits for one that neither completed nor goes out.
io::result<retry_choice> choose_for_retry(const actors::recovered_run& from,
                                          std::span<const std::string> wanted, bool with_unconfirmed);

}  // namespace settle

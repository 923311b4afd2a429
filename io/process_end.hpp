// How a process ended, decoded once: an exit code or a signal, never arithmetic on a raw status.
#pragma once

#include <optional>

namespace settle::io {

/// Both absent: not known. The process could not be killed within our patience, or somebody else in this
/// program reaped it. That is never exit code 0.
struct process_end {
  std::optional<int> exit;    ///< set when it exited
  std::optional<int> signal;  ///< set when a signal ended it
};

}  // namespace settle::io

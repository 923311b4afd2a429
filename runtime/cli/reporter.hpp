// How a run is told while it goes on: as JSON lines for programs, or in words for people. Both are fed by the
// main loop alone; neither waits, decides or cancels anything.
#pragma once

#include "actors/core/stream.hpp"
#include "runtime/settle.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace settle::cli {

class reporter {
public:
  virtual ~reporter() = default;
  virtual void started(const run_summary& run, const std::string& folder, backend_kind backend) = 0;
  virtual void event(const core::stream_event& e) = 0;
  /// Called some times a second with what the run is now.
  virtual void tick(std::chrono::milliseconds now, const run_summary& run) = 0;
  /// Something about settle itself, for stderr.
  virtual void words(std::string_view text) = 0;
  /// A question on stderr, without newline; what was shown in place is taken away.
  virtual void question(std::string_view text) = 0;
  /// The run is over, or settle leaves it.
  virtual void finished(const run_summary& run) = 0;
  /// Writes what is to be written; false: something is left, because `wake_fd` is readable or the reader took
  /// nothing for `patience_ms`.
  virtual bool flush(int wake_fd, int patience_ms) = 0;
  /// Output could not be written (not: nobody reads it).
  virtual bool lost() const = 0;
};

}  // namespace settle::cli

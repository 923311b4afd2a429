// Append-only lines of one run, durable in groups: a writer thread appends what came in, fsyncs once, then
// tells. And the reader: whole lines of a file that may still grow, a torn last line left out. Knows lines,
// not what they say. No mmap, no locks: safe on network file systems.
#pragma once

#include "io/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settle::io {

/// Its file in a run's folder.
inline constexpr std::string_view journal_name = "journal.ndjson";

/// Whether the writer may still write, and what it does to be seen alive. Both are called on its thread.
struct journal_guard {
  /// Asked before every write; its error is that of everything from then on. Empty: always.
  std::function<result<void>()> may_write{};
  /// Called about every `beat_every`, busy or not. Empty: nobody is told.
  std::function<void()> beat{};
  std::chrono::milliseconds beat_every{10'000};
};

class journal_writer {
public:
  /// Creates (O_EXCL) or opens for append; makes parent folders with mode 0700; fsyncs the folder. A torn last
  /// line of an existing file is cut off: it was never told as durable, and the next line must not grow on it.
  static result<std::unique_ptr<journal_writer>> open(const std::string& path, bool create,
                                                      journal_guard guard = {});
  ~journal_writer();  ///< writes and syncs what is left, then joins the thread

  /// Queues lines: pieces of one or more of them, each line with its newline. `durable` is called on the writer thread
  /// once they are on disk, in order of the calls; or with the error (storage), after which the writer takes nothing
  /// more. What was written of a failed group is taken back where the file system still allows it; else the last line is
  /// torn. No line at all is a barrier: told once everything before it is durable. `durable` must not throw, nor destroy
  /// this.
  void append(std::vector<std::string> lines, std::function<void(result<void>)> durable);

private:
  struct impl;
  explicit journal_writer(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

/// The journal of the run whose folder this is.
inline std::string journal_in(const std::string& run_folder) {
  return run_folder + "/" + std::string(journal_name);
}

/// Calls `line` for each whole line in order. A torn last line is left out (`torn` tells). Errors: storage.
result<void> read_journal(const std::string& path, const std::function<void(std::string_view)>& line,
                          bool& torn);

}  // namespace settle::io

// Where a run's story and documents are kept: the port behind which the supervisor makes things durable. The real
// one is the run's folder with its journal; tests and the simulation keep it in memory or let it fail.
#pragma once

#include "actors/job_spec.hpp"
#include "io/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace settle::actors {

class run_store {
public:
  virtual ~run_store() = default;
  /// Lines for the journal: pieces of one or more, each line with its newline. `durable` is called once they are, in order of the calls, on any thread; or with the
  /// error (storage), after which nothing more is taken.
  virtual void append(std::vector<std::string> lines, std::function<void(io::result<void>)> durable) = 0;
  /// Keeps a verbatim copy of a document. Errors: storage.
  virtual io::result<void> keep_document(const std::string& file, std::string_view text) = 0;
};

/// Errors of a run's folder: storage; unavailable, where another process supervises the run.
using run_store_opener = std::function<io::result<std::unique_ptr<run_store>>(const run_facts&)>;
using run_store_reopener =
    std::function<io::result<std::unique_ptr<run_store>>(const run_facts&, bool take_over)>;

/// The run's folder: makes it with its logs and scripts, exits where records are left, and claims on Slurm (mode 0700), and opens journal.ndjson, which must be new.
io::result<std::unique_ptr<run_store>> open_run_folder(const run_facts& facts);
/// The folder of a run that another process left (id and folder are enough): its journal is appended to, a torn last
/// line cut off. `take_over`: whoever holds the run counts as gone.
io::result<std::unique_ptr<run_store>> reopen_run_folder(const run_facts& facts, bool take_over);

}  // namespace settle::actors

// settle as a library: start a runtime, hand it task documents, watch what happens, get the one true verdict.
// Plain C++: no CAF or Asio type is seen here. A runtime installs no signal handler, reaps no child that it did
// not start, and changes no working directory, umask or other global state; several per process work.
// Hosts that are actor systems themselves use actors/system.hpp instead.
#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/run.hpp"
#include "actors/core/status.hpp"
#include "actors/core/stream.hpp"
#include "io/result.hpp"
#include "io/tasks/document.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle {

/// Where jobs run.
enum class backend_kind : std::uint8_t {
  automatic,  ///< slurm where `sbatch` is on PATH, else local
  slurm,      ///< never falls back to local
  local,      ///< processes of this machine
};

/// Settings of a runtime; the defaults are the program's.
struct options {
  backend_kind backend = backend_kind::automatic;
  std::string state_dir;  ///< empty: $SETTLE_STATE, else $XDG_STATE_HOME/settle, else ~/.local/state/settle
  core::policy rules;
  bool poll_interval_fixed = false;     ///< the user named the interval: it is never shortened
  std::size_t max_concurrent = 0;       ///< of the whole backend; 0: none of ours (local: one per processor)
  std::size_t submissions_at_once = 4;  ///< sbatch commands in flight
  bool arrays = true;                   ///< Slurm: tasks alike go out as job arrays
  std::size_t threads = 2;              ///< of the actor system
  bool take_requests = true;  ///< what other processes ask of our runs by the state directory's inbox
  /// How long unconfirmed completions of a finished run are still asked about; 0: a finished run is done with.
  std::chrono::milliseconds late_accounting{0};
};

struct run_options {
  std::string title;      ///< shown; empty: the document's title or file name
  std::string start_dir;  ///< absolute; relative and absent working_dir mean this. Empty: the current one
  std::size_t max_concurrent = 0;  ///< of this run; 0: only the backend's
};

/// What became of a document that was handed over.
struct submit_answer {
  std::string run;  ///< the run's id; empty: refused, nothing was submitted
  std::vector<tasks::problem> problems;
  std::vector<tasks::problem> warnings;
  std::string trouble;         ///< not the document's fault: the run's folder could not be made
  std::uint64_t next_seq = 1;  ///< of the first event that this runtime will tell
};

/// A run at one moment.
struct run_summary {
  std::string run;
  std::string title;
  core::run_status status{};
  bool confirmed = false;
  core::counts tally;
  std::optional<std::string> trouble;          ///< the runtime could not do its work: why, and what to do
  std::vector<std::string> observer_troubles;  ///< what observers threw; the run itself is not harmed
  bool finished() const noexcept;
  /// 0 all completed and confirmed, 1 failed or cancelled, 3 trouble or not finished, 4 some unconfirmed.
  int exit_code(bool accept_unconfirmed = false) const noexcept;
};

/// Reads and checks a document without submitting anything: fields, ids, deps, cycles, env rules. All problems
/// at once, sorted by place.
struct validation {
  tasks::document doc;
  std::vector<tasks::problem> problems;
  std::vector<tasks::problem> warnings;
};
validation validate_file(const std::string& path);
validation validate_text(std::string_view text);

/// The backend that `wanted` means on this machine. Errors: unavailable (slurm without sbatch).
io::result<backend_kind> choose_backend(backend_kind wanted);

class runtime {
public:
  /// Opens the state directory, starts threads. Errors: storage (state directory), unavailable (no sbatch for
  /// backend slurm), bad_input (options that contradict each other).
  static io::result<std::unique_ptr<runtime>> start(options);

  /// Detaches in order: no new submissions, those in flight are waited for (bounded), journals are closed. Jobs
  /// keep running.
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// Checks the document and starts its run. Thread safe, like everything below.
  submit_answer submit_file(const std::string& path, const run_options&);
  submit_answer submit_text(std::string_view document, const run_options&);

  /// Goes on with a run that another process left in the state directory, on the backend on which it was started; its
  /// journal's events are not told again (`next_seq`). One that is finished stays as it is. Refused while another process
  /// supervises it; with `take_over` that one counts as gone, and its journal is closed to it.
  submit_answer resume(const std::string& run, bool take_over = false);

  /// Calls `what` for every event of the run from `from_seq` (first: 1) on, in order, each exactly once and only
  /// after it is durable, on a thread of its own. What it throws is caught, reported as trouble of the observer
  /// alone, and it is not called again.
  using observer = std::function<void(const core::stream_event&)>;
  void observe(const std::string& run, std::uint64_t from_seq, observer what);

  /// The same on a thread that all such observers share: for a function that neither waits nor takes long.
  void notify(const std::string& run, std::uint64_t from_seq, observer what);

  /// Waits until the run is finished and every observer of it has seen that, or trouble, or the time is over.
  run_summary wait(const std::string& run);
  std::optional<run_summary> wait_for(const std::string& run, std::chrono::milliseconds);
  run_summary summary(const std::string& run);

  /// Asks that every item of the run that is not terminal be cancelled, or these alone (ids, or patterns as in `deps`).
  /// Evidence decides what becomes of each. Errors: bad_input (there is no such run or item: nothing was cancelled),
  /// unavailable (the supervisor did not answer).
  io::result<void> cancel(const std::string& run, std::vector<std::string> items = {});

  /// Lets go of a run that is finished (and no longer asked about) or in trouble: its memory is freed, its folder is
  /// open to other processes and to resume(). False: it is under way, or an observer has not seen its end.
  bool forget(const std::string& run);

  /// No new submissions from now on; returns when those in flight are known and journaled, or after the command
  /// deadline. Used before leaving; the destructor does it too.
  void detach();

  /// The supervisor of the runs answers within this time.
  bool responsive(std::chrono::milliseconds within);

  const std::string& state_dir() const;
  backend_kind backend() const;  ///< slurm or local
  /// Scheduler calls so far, by program ("squeue", "sacct", "sbatch", "scancel", "sdiag", "scontrol").
  std::vector<std::pair<std::string, std::uint64_t>> calls() const;

private:
  struct impl;
  explicit runtime(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

/// Where things are in a state directory.
std::string run_folder(const std::string& state_dir, const std::string& run);
std::string default_state_dir();
/// Requests to those who supervise the runs of a state directory, and their answers.
std::string inbox_of(const std::string& state_dir);
std::string outbox_of(const std::string& state_dir);

}  // namespace settle

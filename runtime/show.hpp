// A run as its folder in the state directory tells it: the journal's events laid over the documents' tasks. Any
// process may read while another one writes: what is torn or not yet written is left out and said so. Never
// writes, never asks a scheduler.
#pragma once

#include "actors/core/run.hpp"
#include "actors/core/status.hpp"
#include "actors/core/stream.hpp"
#include "io/result.hpp"
#include "io/tasks/document.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// One item: its task and the newest that the journal says about it.
struct shown_item {
  std::string id;
  const tasks::task* task = nullptr;  ///< in shown_run::documents; null where none of them names the id
  core::stream_event last;            ///< pending, with seq 0, before its first event; `run` and `item` empty
  std::optional<core::duration> submitted_at;  ///< wall clock, of the newest attempt
  std::optional<core::duration> started_at;
  std::optional<core::duration> finished_at;
};

struct shown_run {
  std::string id;
  std::string folder;
  std::string title;
  std::string retry_of;  ///< the run whose items go out once more in this one; empty: none
  std::string backend;   ///< "slurm" or "local"
  core::run_status status = core::run_status::pending;
  bool confirmed = false;  ///< terminal and no completion is unconfirmed
  core::counts tally;
  std::optional<core::duration> created_at;  ///< of the first event, wall clock
  std::optional<core::duration> last_event_at;
  std::optional<core::duration> finished_at;  ///< of the latest run_finished
  std::vector<std::unique_ptr<tasks::document>> documents;
  std::vector<shown_item> items;            ///< in the order in which they joined the run
  std::vector<core::stream_event> history;  ///< of the one item that was asked for
  std::vector<std::string> warnings;        ///< what could not be read
};

/// Run ids of a state directory, oldest first; none where it has no runs yet.
std::vector<std::string> list_runs(const std::string& state_dir);

/// The run that `name` means: its id, a unique beginning of it, or `last`. Errors: bad_input.
io::result<std::string> find_run(const std::string& state_dir, std::string_view name);

/// Reads a run's folder. `history_of`: the item whose events are all kept; empty: none. Errors: storage.
io::result<shown_run> read_run(const std::string& state_dir, const std::string& run,
                               std::string_view history_of);

/// Only the documents, in the order in which they joined. Errors: storage.
io::result<std::vector<std::unique_ptr<tasks::document>>> read_documents(const std::string& folder,
                                                                         std::vector<std::string>& warnings);

/// The file an item's words went to: its error log where that holds something, else its output log. Empty where
/// neither is there. `index`: its place in the run.
std::string log_file(const std::string& folder, std::size_t index, const tasks::task& task);

/// {"id":…,"title":…,"status":…,"confirmed":…,"counts":{…},"items":[…]} in pieces, in order, without newline.
void write_json(const shown_run& run, const std::function<void(std::string_view)>& piece);
/// {"run":…,"title":…,"status":…,"confirmed":…,…,"counts":{…}} without its items. `now`: wall clock.
std::string status_json(const shown_run& run, core::duration now);
/// How long it took, or has taken by `now`; none before its first event.
std::optional<core::duration> elapsed_of(const shown_run& run, core::duration now);
/// One item as write_json has it, and its "history".
std::string item_json(const shown_run& run, std::size_t index);

}  // namespace settle

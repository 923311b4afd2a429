// What a test is about to run and what it knows will come of it: tasks with the truth beside them, written out as a
// task document. The truth is the test's own knowledge of the command, not anything the program says.
#pragma once

#include "tests/live/event_line.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settle::live {

/// What the test does to an item's job from outside while the run goes on.
enum class meddling {
  none,
  cancel_when_queued,
  cancel_when_running,
  reach_time_limit,  ///< scontrol moves the end of the job's time to this moment
  requeue_once,      ///< scontrol requeue while its first attempt runs
};

/// The one true end. Where Slurm itself says this or that, depending on who is asked first, each truth is listed.
struct expected_end {
  using numbers = std::vector<std::optional<std::int64_t>>;
  std::string status = "completed";
  std::string cause;  ///< empty: null
  numbers exit_codes{0};
  numbers signals{std::nullopt};
  std::vector<std::string> evidences{"accounting"};
  std::optional<int> attempt = 1;  ///< none: any
  int executions = 1;              ///< how often the command began
  bool warning = false;            ///< of a completion; a failure may always be explained
};

struct planned_task {
  std::string id;
  std::string name;
  std::string command;
  std::vector<std::string> deps;
  std::vector<std::string> sbatch_args;
  std::string working_dir;
  std::string partition;
  std::string generates_source;
  meddling how = meddling::none;
  expected_end end;
  bool generated = false;  ///< not in the document: a generator's file holds it
};

/// A document in the making. Every command first appends its job's id to a file of its own in `folder`/marks.
class plan {
public:
  explicit plan(const std::string& folder);

  /// The returned task is changed further in place; valid until the next call. `command` runs after the mark, whose
  /// file is in $mark.
  planned_task& add(std::string id, const std::string& command);

  const std::vector<planned_task>& tasks() const { return tasks_; }
  std::size_t size() const { return tasks_.size(); }
  const planned_task* find(const std::string& id) const;
  /// Where its command leaves its marks; commands may leave others beside it.
  std::string mark_file(const planned_task& task) const {
    return mark_file(static_cast<std::size_t>(&task - tasks_.data()));
  }
  /// The job ids that the item's command ran under, in order.
  std::vector<std::string> executions(const planned_task& task) const;
  /// The exit codes that the item's command wrote down with `tell_end` before it ended, in order.
  std::vector<int> endings(const planned_task& task) const;
  /// How the item's last event and its marks differ from the truth; empty: not at all.
  std::string difference(const planned_task& task, const event_line& last) const;

  /// The document of the tasks that are not generated, or of those that are.
  std::string document(bool generated = false) const;

private:
  std::string mark_file(std::size_t index) const;
  std::string marks_folder_;
  std::vector<planned_task> tasks_;
};

/// For meddling::requeue_once: its first life waits for that, its second until the program has told of it: one that began
/// and ended between two listings could not be told.
std::string lives_twice();
/// The end of a command that first writes down, in a file of its own, how it is about to end.
std::string tell_end(int code);
/// The same, no sooner than the file `gate` exists.
std::string gated(const std::string& gate, int code);

/// Ends that many tests expect.
expected_end exits_with(int code);
/// The same where the controller forgets quickly: before Slurm 25.11 accounting alone knows the code less 128.
expected_end exits_with_forgotten(int code);
expected_end ends_by_signal(int signal);
expected_end ends_cancelled();

/// Writes a file as a whole; throws where it cannot.
void write_file(const std::string& path, const std::string& text);
std::string read_file(const std::string& path);

}  // namespace settle::live

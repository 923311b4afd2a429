// Everything one submission needs, worked out from a task and its run: script, names, files, resources. Pure.
#pragma once

#include "actors/core/graph.hpp"
#include "io/result.hpp"
#include "io/tasks/document.hpp"
#include "io/tasks/job_script.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace settle::actors {

/// What is the same for every item of a run.
struct run_facts {
  std::string id;
  std::string title;
  std::string folder;                  ///< of this run in the state directory, absolute
  std::string start_dir;               ///< absolute; relative and absent working_dir mean this
  std::string created_at;              ///< ISO 8601, UTC
  std::string backend;                 ///< "slurm" or "local"
  std::string home;                    ///< $HOME of the submitter
  bool exit_records = false;           ///< job scripts leave one each, in the folder's `exits`
  std::string retry_of{};              ///< the run whose items go out once more in this one; empty: none
  std::vector<std::string> earlier{};  ///< what `retry_of` was a retry of, and so on: the oldest first
};

struct job_spec {
  std::string token;
  std::string job_name;  ///< `<sanitised task name>.<token>`
  std::string script;
  std::string script_file;  ///< where the local backend writes it
  std::string output_file;  ///< literal path, or the user's own Slurm pattern
  std::string error_file;
  bool output_is_pattern = false;
  bool error_is_pattern = false;
  bool appends_logs =
      false;  ///< Slurm is to go on in both files; the script begins them anew in a later life
  std::shared_ptr<const tasks::resources> wants = tasks::nothing_wanted();  ///< the task's own, shared
  std::optional<std::int64_t> time_limit_s;
  std::string generates_source;  ///< absolute; empty: no generator
  std::string exit_record;       ///< absolute; empty: the script leaves none
  std::string claim;             ///< absolute; empty: the script claims nothing
  std::string task_records;      ///< of the local backend: the folder where a process is found again
  /// Of a task of an array: its index. `job_name` is the array's then, and the script, empty here, too.
  std::optional<std::uint32_t> array_index;
  /// Of an array: the indexes of its tasks, ascending. The script holds a part for each.
  std::vector<std::uint32_t> array;
};

/// Where an item's submission stands among others that went out as one array: the array has the token of one of them.
struct array_place {
  core::item_index leader = 0;
  std::uint32_t leader_submission = 0;
  std::uint32_t index = 0;
};

/// Fails (bad_input) where the env rules do not resolve; validation has found that before anything ran.
io::result<job_spec> make_job_spec(const run_facts& run, const tasks::document& doc, const tasks::task& task,
                                   core::item_index index, std::uint32_t submission);

/// What the script of a job is made from: an array's holds that of many.
struct script_parts {
  tasks::script_request script;
  std::string log_stem;  ///< of its own log files, in the run's folder `logs`
};
io::result<script_parts> make_script_parts(const run_facts& run, const tasks::document& doc,
                                           const tasks::task& task, core::item_index index,
                                           std::uint32_t submission);

/// What the document gives all of its tasks that have no rules and no init of their own, beside SETTLE_ITEM_ID and
/// SETTLE_TOKEN. Null where its rules look at these two, or do not resolve.
std::shared_ptr<const tasks::resolved_environment> common_environment(const run_facts& run,
                                                                      const tasks::document& doc);
/// True for a task to whose environment the document's common one applies.
bool has_common_environment(const tasks::task& task);
/// The same parts of such a task, whose environment holds only what it has beside the common one.
script_parts make_parts_beside_common(const run_facts& run, const tasks::task& task, core::item_index index,
                                      std::uint32_t submission);

/// The file an item's own log goes to: `extension` is "out" or "err".
std::string log_file(const std::string& run_folder, std::string_view stem, const char* extension);

/// The task's own sbatch_args say how its files are opened.
bool names_open_mode(const tasks::resources&);

/// `<sanitised task name>.<token>`
std::string job_name(const tasks::task& task, const std::string& token);

/// Where the claim on the submission with this token is.
std::string claim_file(const std::string& run_folder, const std::string& token);

/// Where the job with this token leaves its exit record.
std::string exit_record_file(const std::string& run_folder, const std::string& token);

/// `~`, relative and absent paths as the job will see them; seeds are expanded before.
std::string absolute_path(std::string_view path, std::string_view base, std::string_view home);

}  // namespace settle::actors

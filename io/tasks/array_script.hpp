// The script of a job array: one shell script that holds a part for each task, and finds a task's part in its own file
// by one read at a computed place, whatever their number. What a task's part does is what a job's own script would do
// (io/tasks/job_script.hpp): same environment, folder, init, exit record, and the command byte for byte.
#pragma once

#include "io/tasks/job_script.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settle::tasks {

struct array_task {
  std::uint32_t index = 0;  ///< SLURM_ARRAY_TASK_ID
  script_request
      script;  ///< `exit_record`, `claim`: empty for all or for none; the file is named as the token
  std::string log_stem;  ///< plain: its output and error go to `<logs>/<stem>.out` and `.err`
};

struct array_request {
  std::string token;  ///< the array's: plain
  std::string logs;   ///< absolute
  /// What all have, where that is known: the tasks' own environments then hold only what each has beside it, under other
  /// names. Null: each holds all of its own, with `init` and `task_init` alike in all.
  std::shared_ptr<const resolved_environment> environment{};
  std::vector<array_task> tasks{};  ///< ascending by index, at least one
};

/// The file that Slurm is to open for the output of an array's tasks ("out" or "err"), as its own pattern; the script
/// gives it the task's own name. None where the folder's name holds a backslash: no % is expanded beside one.
std::optional<std::string> array_log_pattern(const std::string& logs, std::string_view array_token,
                                             std::string_view extension);

/// A whole script, or none where it would be larger than `bytes_max`. Parts all have the size of the largest one, so tasks
/// of one array should be alike in it.
std::optional<std::string> array_script(const array_request&, std::size_t bytes_max);

/// About what a task's part takes, without what all have in common.
std::size_t array_part_bytes(const script_request&);

}  // namespace settle::tasks

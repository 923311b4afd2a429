// Resolves scripthut's env rules for one task: set, append, init, if, include, groups, `${NAME}`. A rule that
// cannot be understood is refused, never ignored. Pure.
#pragma once

#include "io/result.hpp"
#include "io/tasks/document.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::tasks {

struct resolved_environment {
  /// In order of first setting. A value is literal text in which `${NAME}` of a variable that no rule and no
  /// seed sets is left for the job's shell to expand, with the value the job started with.
  struct variable {
    std::string name;
    std::string value;
    bool extends_job = false;  ///< `append` to what the job starts with: value begins with "${name}:"
  };
  std::vector<variable> variables;  ///< the seed first
  std::string init;                 ///< the rules' lines before the command, in order
  std::string task_init;  ///< the task's own (or the document's), behind those; never expanded by us
};

/// `seed`: SCRIPTHUT_* and SETTLE_* variables; rules may read, never set them. Errors: bad_input.
io::result<resolved_environment>
resolve_environment(const document& doc, const task& t,
                    const std::vector<std::pair<std::string, std::string>>& seed);

/// True where a rule of the document's own (its groups' too, not the tasks') may look at one of these variables: else their
/// values change nothing of what its rules give a task.
bool rules_mention(const document& doc, std::initializer_list<std::string_view> names);

/// Replaces `${NAME}` of the seed's variables and nothing else: for generates_source, working_dir, output_file
/// and error_file.
std::string expand_seed(std::string_view text, const std::vector<std::pair<std::string, std::string>>& seed);

/// The NAME of a `${NAME}` that begins at `dollar`; empty when none does.
std::string_view reference_at(std::string_view text, std::size_t dollar);

/// Why no rule may set this variable (no name for one, SETTLE_*, read-only in the shell); empty: it may.
std::string refuse_variable(std::string_view name);

/// What one task's environment may take: an argument of exec is at most 128 KiB on Linux.
inline constexpr std::size_t variable_bytes_max = 128 * 1024 - 1;
inline constexpr std::size_t environment_bytes_max = 1024 * 1024;
inline constexpr std::size_t init_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t include_depth_max = 256;
inline constexpr std::size_t rules_applied_max = 100'000;

}  // namespace settle::tasks

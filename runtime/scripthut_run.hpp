// scripthut's run.json as values, every problem at once with its place: the current form, and that from before
// scripthut 0.10 (`slurm_job_id`, `sacct_state`, no `exit_code`). Knows what scripthut wrote, not what it means for
// settle. Pure.
#pragma once

#include "actors/core/status.hpp"
#include "actors/core/time.hpp"
#include "io/tasks/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// What scripthut knew of one item. Null, missing and empty are the same: not known.
struct scripthut_item {
  tasks::place at;  ///< of its opening brace
  core::item_status status{};
  tasks::place status_at;
  std::string job_id;  ///< the scheduler's; a number on Slurm, any word elsewhere
  std::optional<core::duration> submitted_at, finished_at;  ///< wall clock
  std::optional<core::duration> started_at;                 ///< wall clock; none where nobody saw it begin
  std::string error;
  std::string scheduler_state;  ///< accounting's last word, without what may follow it
  std::optional<std::int64_t> exit_code;
  std::optional<double> cpu_percent;  ///< of what it had, 0 to 100
  std::string max_rss;                ///< "1.2G"
};

struct scripthut_run {
  std::string id;
  std::string workflow;
  tasks::place workflow_at;
  std::string account;
  core::duration created_at{};  ///< wall clock
  std::optional<std::int64_t> max_concurrent;
  tasks::document
      doc;  ///< the tasks in the order of `items`, without env rules; places are those in the file
  std::vector<scripthut_item> items;
};

struct scripthut_read {
  scripthut_run run;
  std::vector<tasks::problem> problems;  ///< with any of them `run` is not to be used
};
scripthut_read read_scripthut_run(std::string_view text);

}  // namespace settle

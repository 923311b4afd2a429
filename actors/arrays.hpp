// Which items go out together: those alike in all that sbatch is asked for become one job array, as large as the site
// takes it. Pure; writes nothing and asks nobody.
#pragma once

#include "actors/cluster.hpp"
#include "actors/item_job.hpp"
#include "actors/job_spec.hpp"
#include "actors/run_book.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace settle::actors {

/// One sbatch to come.
struct planned_submission {
  std::vector<core::item_index> items;
  std::vector<item_job> jobs;  ///< one for each of them
  std::shared_ptr<const job_spec>
      array;  ///< `items[i]` is its task `array->array[i]`; none: a job of its own
};

/// An item whose job cannot even be described.
struct unplanned_item {
  core::item_index item = 0;
  std::string words;
};

struct submission_plan {
  std::vector<planned_submission> submissions;
  std::vector<unplanned_item> failed;
};

/// Plans the next submission of each of these items, in order. Generators, items with files of their own, those in
/// `alone` and those that are like no other go alone. Without limits (tasks_max below 2) all do.
submission_plan plan_submissions(run_book& book, const std::vector<core::item_index>& items,
                                 const std::set<core::item_index>& alone, const array_limits& limits);

}  // namespace settle::actors

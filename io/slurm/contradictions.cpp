#include "io/slurm/contradictions.hpp"

#include "io/job_id.hpp"

#include <algorithm>

namespace settle::slurm {

contradictions::contradictions(std::size_t rows, std::function<bool(std::size_t, std::size_t)> same)
    : same_(std::move(same)), jobs_(rows), tasks_(rows) {}

void contradictions::note(const queue_row& row, std::size_t place) {
  jobs_.add(row.job_id, place);
  if (row.array.task_id)
    tasks_.add(subject_of(row), place);
  if (row.array.expression.empty())
    return;
  if (auto tasks = io::array_indexes::parse(row.array.expression))
    waiting_.emplace(row.array.array_job_id, std::pair{std::move(*tasks), row.job_id});
}

/// One that waits with the rest of its array has no row of its own.
void contradictions::check_waiting(std::uint64_t task) {
  const auto rest = waiting_.find(io::array_id_of(task));
  if (rest == waiting_.end() || !rest->second.first.contains(io::array_index_of(task)))
    return;
  disputed_.push_back(task);
  disputed_.push_back(rest->second.second);
}

std::vector<std::uint64_t> contradictions::disputed() {
  const auto check = [this](std::uint64_t id, std::size_t first, std::size_t other) {
    if (!same_(first, other))
      disputed_.push_back(id);
  };
  jobs_.repeated(check);
  tasks_.repeated(check);
  if (!waiting_.empty())
    for (const auto& [task, row] : tasks_.all())
      check_waiting(task);
  std::sort(disputed_.begin(), disputed_.end());
  return std::move(disputed_);
}

std::uint64_t subject_of(const queue_row& row) {
  return row.array.task_id ? io::array_task_id(row.array.array_job_id, *row.array.task_id) : row.job_id;
}

}  // namespace settle::slurm

#include "actors/translate/slurm_answers.hpp"

#include "actors/translate/slurm_words.hpp"
#include "io/job_id.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace settle::actors {

namespace {

/// One task by its own number; the waiting rest of an array by the array's.
std::uint64_t id_of(std::uint64_t raw, const slurm::array_tasks& array) {
  if (array.task_id)
    return io::array_task_id(array.array_job_id, *array.task_id);
  return array.expression.empty() ? raw : array.array_job_id;
}

io::array_indexes rest_of(const slurm::array_tasks& array) {
  return io::array_indexes::parse(array.expression).value_or(io::array_indexes{});
}

bool is_unreadable(const slurm::array_tasks& array) {
  return !array.expression.empty() && !io::array_indexes::parse(array.expression);
}

}  // namespace

listing to_listing(slurm::table<slurm::queue_row> table) {
  listing out;
  out.rows.reserve(table.rows.size());
  for (auto& row : table.rows) {
    if (is_unreadable(row.array)) {
      out.unreadable_jobs.push_back(row.array.array_job_id);
      out.first_unreadable = "the array's tasks are not in order: " + row.array.expression.substr(0, 200);
      continue;
    }
    auto job = to_listed(row);
    out.rows.push_back(
        {id_of(row.job_id, row.array), std::move(row.name), std::move(job), rest_of(row.array)});
  }
  for (auto& bad : table.bad) {
    if (bad.array_job_id)
      out.unreadable_jobs.push_back(*bad.array_job_id);
    else
      ++out.unreadable_rows;  // whose task it is, if it is one, nobody can tell
    if (bad.job_id && bad.job_id != bad.array_job_id)
      out.unreadable_jobs.push_back(*bad.job_id);
    if (out.first_unreadable.empty())
      out.first_unreadable = bad.why + ": " + bad.first_bytes;
  }
  return out;
}

bool unread_jobs::cover(std::uint64_t id) const {
  return ids.count(id) != 0 || ids.count(io::array_id_of(id)) != 0;
}

void accounted_jobs::add(const slurm::account_record& record) {
  const auto id = id_of(record.job_id, record.array);
  if (is_unreadable(record.array)) {
    unread_.ids.insert(id);
    current_.reset();
    return;
  }
  if (record.step.empty())
    current_ = place_of(id, record);
  if (current_ && id == jobs_[*current_].job_id)
    add_record(jobs_[*current_].rows, record);
}

/// One id may have been several jobs; each goes on its own under its name.
std::size_t accounted_jobs::place_of(std::uint64_t id, const slurm::account_record& record) {
  auto rest = rest_of(record.array);
  for (auto [i, last] = by_id_.equal_range(id); i != last; ++i)
    if (const auto& same = jobs_[i->second]; same.name == record.name && same.rest == rest)
      return i->second;
  by_id_.emplace(id, jobs_.size());
  jobs_.push_back({id, record.name, {}, std::move(rest)});
  return jobs_.size() - 1;
}

void accounted_jobs::take(const std::vector<slurm::bad_row>& bad, std::vector<accounted_job>& out,
                          unread_jobs& unread) {
  for (const auto& row : bad) {
    if (row.job_id)
      unread_.ids.insert(*row.job_id);
    if (row.array_job_id)
      unread_.ids.insert(*row.array_job_id);
    else if (row.job_id)
      unread_.some_task = true;
  }
  by_id_.clear();
  if (!unread_.ids.empty())
    std::erase_if(jobs_, [this](const accounted_job& job) { return unread_.cover(job.job_id); });
  if (out.empty())
    out = std::move(jobs_);
  else
    std::move(jobs_.begin(), jobs_.end(), std::back_inserter(out));
  unread = std::move(unread_);
}

}  // namespace settle::actors

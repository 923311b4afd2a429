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

void keep_text(const slurm::bad_row& bad, unread_rows& out) {
  out.add(bad.first_bytes + bad.last_bytes);
  out.cut = out.cut || bad.cut;
}

bool is_unreadable(const slurm::array_tasks& array) {
  return !array.expression.empty() && !io::array_indexes::parse(array.expression);
}

}  // namespace

listed_jobs::listed_jobs(std::size_t rows_at_most) {
  out_.rows.reserve(rows_at_most);
}

void listed_jobs::add(const slurm::queue_row& row) {
  if (is_unreadable(row.array)) {
    out_.unreadable_jobs.push_back(row.array.array_job_id);
    out_.first_unreadable = "the array's tasks are not in order: " + row.array.expression.substr(0, 200);
    out_.unread.add(row.name);
    return;
  }
  if (row.name != name_.str())  // tasks of one array stand together
    name_ = row.name;
  out_.rows.push_back({id_of(row.job_id, row.array), name_, to_listed(row), rest_of(row.array)});
  raw_ids_.push_back(row.job_id);
}

void listed_jobs::set_aside(const slurm::bad_row& bad) {
  if (bad.array_job_id)
    out_.unreadable_jobs.push_back(*bad.array_job_id);
  else
    ++out_.unreadable_rows;  // whose task it is, if it is one, nobody can tell
  if (bad.job_id && bad.job_id != bad.array_job_id)
    out_.unreadable_jobs.push_back(*bad.job_id);
  if (out_.first_unreadable.empty())
    out_.first_unreadable = bad.why + ": " + bad.first_bytes;
  keep_text(bad, out_.unread);
}

/// Rows that contradict each other.
void listed_jobs::set_aside_disputed(const slurm::listing_rest& rest) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out_.rows.size(); ++i) {
    auto& row = out_.rows[i];
    const auto raw = raw_ids_[i];
    const bool of_array = io::is_array_task(row.job_id) || !row.rest.empty();
    if (!rest.concern(raw) && !(io::is_array_task(row.job_id) && rest.concern(row.job_id))) {
      if (kept != i)
        out_.rows[kept] = std::move(row);
      ++kept;
      continue;
    }
    set_aside(
        slurm::disputed_row(raw, of_array ? io::array_id_of(row.job_id) : 0, row.job.word, row.name.str()));
  }
  out_.rows.resize(kept);
}

listing listed_jobs::take(const slurm::listing_rest& rest) {
  for (const auto& bad : rest.bad)
    set_aside(bad);
  if (!rest.disputed.empty())
    set_aside_disputed(rest);
  return std::move(out_);
}

bool unread_jobs::cover(std::uint64_t id) const {
  return ids.count(id) != 0 || ids.count(io::array_id_of(id)) != 0;
}

void accounted_jobs::add(const slurm::account_record& record) {
  const auto id = id_of(record.job_id, record.array);
  if (is_unreadable(record.array)) {
    unread_.ids.insert(id);
    unread_.text.add(record.name);
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
    if (const auto& same = jobs_[i->second]; same.name.str() == record.name && same.rest == rest)
      return i->second;
  by_id_.emplace(id, jobs_.size());
  if (record.name != name_.str())
    name_ = record.name;
  jobs_.push_back({id, name_, {}, std::move(rest)});
  return jobs_.size() - 1;
}

void accounted_jobs::take(const std::vector<slurm::bad_row>& bad, std::vector<accounted_job>& out,
                          unread_jobs& unread) {
  for (const auto& row : bad) {
    keep_text(row, unread_.text);
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

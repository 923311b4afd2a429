#include "actors/translate/slurm_answers.hpp"

#include "actors/translate/slurm_words.hpp"
#include "io/job_id.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
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

/// The rows of one job, as a rule one behind the other in the answer: only others are copied.
struct records_of_job {
  std::uint64_t id;
  const slurm::account_record* job;  ///< its first row
  std::size_t in_a_row;
  std::vector<slurm::account_record> scattered;

  void add(const slurm::account_record& record) {
    if (scattered.empty() && &record == job + in_a_row) {
      ++in_a_row;
      return;
    }
    if (scattered.empty())
      scattered.assign(job, job + in_a_row);
    scattered.push_back(record);
  }
  std::span<const slurm::account_record> rows() const {
    return scattered.empty() ? std::span(job, in_a_row) : std::span(scattered);
  }
};

void keep_text(const slurm::bad_row& bad, unread_rows& out) {
  out.add(bad.first_bytes + bad.last_bytes);
  out.cut = out.cut || bad.cut;
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
      out.unread.add(std::move(row.name));
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
    keep_text(bad, out.unread);
  }
  return out;
}

bool unread_jobs::cover(std::uint64_t id) const {
  return ids.count(id) != 0 || ids.count(io::array_id_of(id)) != 0;
}

void add_accounted(const slurm::table<slurm::account_record>& table, std::vector<accounted_job>& out,
                   unread_jobs& unread) {
  for (const auto& bad : table.bad) {
    keep_text(bad, unread.text);
    if (bad.job_id)
      unread.ids.insert(*bad.job_id);
    if (bad.array_job_id)
      unread.ids.insert(*bad.array_job_id);
    else if (bad.job_id)
      unread.some_task = true;
  }
  // One id may have been several jobs; each goes on its own under its name. A step belongs to the row above it.
  std::vector<records_of_job> found;
  std::unordered_multimap<std::uint64_t, std::size_t> by_id;
  const auto place_of = [&](std::uint64_t id, const slurm::account_record& record) {
    for (auto [i, last] = by_id.equal_range(id); i != last; ++i)
      if (const auto& same = *found[i->second].job;
          same.name == record.name && same.array.expression == record.array.expression)
        return i->second;
    by_id.emplace(id, found.size());
    found.push_back({id, &record, 0, {}});
    return found.size() - 1;
  };
  std::optional<std::size_t> current;
  for (const auto& record : table.rows) {
    const auto id = id_of(record.job_id, record.array);
    if (is_unreadable(record.array)) {
      unread.ids.insert(id);
      unread.text.add(record.name);
      current.reset();
    }
    if (unread.cover(id))
      continue;
    if (record.step.empty())
      current = place_of(id, record);
    if (current && id == found[*current].id)
      found[*current].add(record);
  }
  out.reserve(out.size() + found.size());
  for (auto& job : found)
    out.push_back({job.id, job.job->name, to_account_rows(job.rows()), rest_of(job.job->array)});
}

}  // namespace settle::actors

#include "actors/translate/slurm_answers.hpp"

#include "actors/translate/slurm_words.hpp"
#include "io/job_id.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>

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

void add_accounted(const slurm::table<slurm::account_record>& table, std::vector<accounted_job>& out,
                   unread_jobs& unread) {
  for (const auto& bad : table.bad) {
    if (bad.job_id)
      unread.ids.insert(*bad.job_id);
    if (bad.array_job_id)
      unread.ids.insert(*bad.array_job_id);
    else if (bad.job_id)
      unread.some_task = true;
  }
  // One id may have been several jobs; each goes on its own under its name. A step belongs to the row above it.
  struct records {
    io::array_indexes rest;
    std::vector<slurm::account_record> rows;
  };
  std::map<std::tuple<std::uint64_t, std::string, std::string>, records> by_job;
  records* current = nullptr;
  std::uint64_t current_id = 0;
  for (const auto& record : table.rows) {
    const auto id = id_of(record.job_id, record.array);
    if (is_unreadable(record.array)) {
      unread.ids.insert(id);
      current = nullptr;
    }
    if (unread.cover(id))
      continue;
    if (record.step.empty()) {
      current = &by_job[{id, record.array.expression, record.name}];
      current->rest = rest_of(record.array);
      current_id = id;
    }
    if (current && id == current_id)
      current->rows.push_back(record);
  }
  for (auto& [key, found] : by_job)
    out.push_back({std::get<0>(key), std::get<2>(key), to_account_rows(found.rows), std::move(found.rest)});
}

}  // namespace settle::actors

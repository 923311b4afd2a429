#include "actors/translate/slurm_answers.hpp"

#include "actors/translate/slurm_words.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace settle::actors {

listing to_listing(slurm::table<slurm::queue_row> table) {
  listing out;
  out.rows.reserve(table.rows.size());
  for (auto& row : table.rows) {
    auto job = to_listed(row);
    out.rows.push_back({row.job_id, std::move(row.name), std::move(job)});
  }
  for (auto& bad : table.bad) {
    if (bad.job_id)
      out.unreadable_jobs.push_back(*bad.job_id);
    else
      ++out.unreadable_rows;
    if (out.first_unreadable.empty())
      out.first_unreadable = bad.why + ": " + bad.first_bytes;
  }
  return out;
}

void add_accounted(const slurm::table<slurm::account_record>& table, std::vector<accounted_job>& out,
                   std::vector<std::uint64_t>& unreadable) {
  for (const auto& bad : table.bad)
    if (bad.job_id)
      unreadable.push_back(*bad.job_id);
  // One id may have been several jobs; each goes on its own under its name. A step belongs to the row above it.
  std::map<std::pair<std::uint64_t, std::string>, std::vector<slurm::account_record>> by_job;
  std::vector<slurm::account_record>* current = nullptr;
  std::uint64_t current_id = 0;
  for (const auto& record : table.rows) {
    if (std::find(unreadable.begin(), unreadable.end(), record.job_id) != unreadable.end())
      continue;
    if (record.step.empty()) {
      current = &by_job[{record.job_id, record.name}];
      current_id = record.job_id;
    }
    if (current && record.job_id == current_id)
      current->push_back(record);
  }
  for (auto& [key, records] : by_job)
    out.push_back({key.first, key.second, to_account_rows(records)});
}

}  // namespace settle::actors

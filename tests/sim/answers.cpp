#include "tests/sim/answers.hpp"

#include "actors/translate/slurm_answers.hpp"
#include "io/slurm/commands.hpp"

#include <algorithm>
#include <utility>

namespace sim {

using namespace settle;

actors::listing_answer listing_of(io::command_result said) {
  actors::listing_answer answer;
  answer.latency = said.elapsed;
  actors::listed_jobs found(slurm::rows_at_most(said));
  auto rest = slurm::read_listing_rows(std::move(said), {},
                                       [&found](const slurm::queue_row& row) { found.add(row); });
  if (rest)
    answer.what = found.take(*rest);
  else
    answer.what = tl::unexpected(rest.error());
  return answer;
}

actors::accounting_answer accounting_of(io::command_result said, std::vector<std::uint64_t> ids) {
  actors::accounting_answer answer;
  answer.latency = said.elapsed;
  answer.disabled = slurm::says_accounting_disabled(said);
  answer.asked = std::move(ids);
  actors::accounted_jobs found;
  auto bad = slurm::read_accounting_rows(std::move(said),
                                         [&found](const slurm::account_record& r) { found.add(r); });
  if (!bad) {
    answer.what = tl::unexpected(bad.error());
    return answer;
  }
  std::vector<actors::accounted_job> jobs;
  actors::unread_jobs unread;
  found.take(*bad, jobs, unread);
  answer.some_task_unread = unread.some_task;
  answer.unread_text = std::move(unread.text);
  std::vector<std::uint64_t> asked;
  std::partition_copy(answer.asked.begin(), answer.asked.end(), std::back_inserter(answer.unread),
                      std::back_inserter(asked), [&](std::uint64_t id) { return unread.cover(id); });
  answer.asked = std::move(asked);
  answer.what = std::move(jobs);
  return answer;
}

}  // namespace sim

// The wrong rules, each at the seam where its right one would have spoken.
#include "tests/sim/driver.hpp"

#include "actors/event_of.hpp"
#include "io/job_id.hpp"

namespace sim {

using namespace settle;
using core::item_status;
using core::meaning;

void driver::mutate_answer(io::command_result& said) const {
  if (!is(mutation::half_answer_is_whole))
    return;
  said.end = {};
  said.end.exit = 0;
  said.timed_out = false;
  said.err.clear();
  if (!said.out.empty() && said.out.back() != '\n')
    said.out += '\n';
}

void driver::mutate_accounting(actors::accounting_answer& answer) const {
  if (!is(mutation::another_task_decides) || !answer.what)
    return;
  for (auto& job : *answer.what)
    if (io::is_array_task(job.job_id))
      job.job_id = io::array_task_id(io::array_id_of(job.job_id), io::array_index_of(job.job_id) ^ 1U);
}

void driver::mutate_listing(actors::listing_answer& answer) {
  if (is(mutation::failed_call_is_empty) && !answer.what)
    answer.what = actors::listing{};
  if (is(mutation::clock_runs_in_outages) && !answer.what)
    for (core::item_index i = 0; i < run_.size(); ++i) {
      const auto& it = run_.at(i);
      if (it.status == item_status::settling && now().wall - *it.finished_at > *story_.rules.settle_no_record)
        deliver({{1, i}, actors::event_of(event_kind::no_record_due, now()), {}});
    }
  if (!answer.what)
    return;
  for (auto& row : answer.what->rows) {
    if (is(mutation::ids_alone))
      if (auto name = names_.find(row.job_id); name != names_.end())
        row.name = name->second;
    if (is(mutation::interruption_is_final) && row.job.means == meaning::interrupted)
      row.job.means = meaning::failed;
  }
}

void driver::mutate_delivery(actors::delivery& d) {
  auto& e = d.what;
  const bool ended = e.kind == event_kind::absent || e.kind == event_kind::listed_succeeded;
  if (is(mutation::gone_is_done) && ended) {
    e.kind = event_kind::accounting_answered;
    core::account_row done{.means = meaning::succeeded, .code = {0, 0}};
    done.end = std::chrono::duration_cast<seconds>(now().wall).count();
    done.batch = core::batch_row{meaning::succeeded, {0, 0}};
    d.rows = {done};
    if (core::is_live(run_.at(d.to.index).status))
      deliver_as_settling(d.to);
  }
  if (is(mutation::oldest_row_decides) && d.rows.size() > 1)
    d.rows.resize(1);
  for (auto& row : d.rows) {
    if (is(mutation::ids_alone))
      row.submit.reset();
    if (is(mutation::requeued_is_final) && row.means == meaning::requeued)
      row.means = meaning::failed;
    if (is(mutation::end_unknown_is_final) && !row.end)
      row.end = row.submit;
    if (is(mutation::interruption_is_final) && row.means == meaning::interrupted)
      row.means = meaning::failed;
    if (is(mutation::code_alone_decides) && row.end && row.code.exit.value_or(0) == 0 &&
        row.code.signal.value_or(0) == 0) {
      row.means = meaning::succeeded;
      row.batch = core::batch_row{meaning::succeeded, {0, 0}};
    }
  }
}

tasks::claim driver::claim_of(const std::string& job_name, std::optional<std::uint32_t> index, bool take) {
  if (is(mutation::no_claim) && take)
    return {tasks::claim_holder::settle};
  if (is(mutation::claims_unread) && !take)
    return {};
  return world_.claim_of(job_name, index, take);
}

/// Other tools know no settling: what left the queue is asked about once.
void driver::deliver_as_settling(item_key key) {
  auto gone = actors::event_of(event_kind::absent, now());
  gone.begun = now().monotonic;
  post([this, key, gone] { hand(key, gone, {}); });
}

void driver::after_delivery(const actors::delivery& d) {
  const bool early = is(mutation::interruption_is_final) || is(mutation::requeued_is_final);
  if (!early || run_.at(d.to.index).status != item_status::settling ||
      d.what.kind != event_kind::accounting_answered)
    return;
  auto absent = actors::event_of(event_kind::absent, now());
  absent.begun = now().monotonic;
  for (int looks = 0; looks < 2; ++looks)
    hand(d.to, absent, {});
}

}  // namespace sim

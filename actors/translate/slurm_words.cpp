#include "actors/translate/slurm_words.hpp"

#include "actors/translate/pending_reasons.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace settle::actors {
namespace {

using core::cause;
using core::meaning;
using slurm::base_state;
using slurm::state_flag;

constexpr std::uint32_t bits(auto... flags) noexcept {
  return (0u | ... | static_cast<std::uint32_t>(flags));
}

/// The outcome may be decided, but the job still holds something.
constexpr auto ending = bits(state_flag::completing, state_flag::stage_out, state_flag::resizing);
/// It will run again, or is held until somebody releases it.
constexpr auto requeued = bits(state_flag::requeued, state_flag::requeue_hold, state_flag::requeue_fed,
                               state_flag::special_exit, state_flag::expediting);
/// Running in some way, as far as a word without a base state tells.
constexpr auto living = bits(state_flag::configuring, state_flag::stopped, state_flag::signaling);

/// What slurmstepd reports in place of a signal when the script could not be started (working folder, output).
constexpr std::int32_t launch_failure_mark = 53;

cause cause_of(const slurm::code& code) noexcept {
  const auto signal = code.signal.value_or(0);
  if (signal == 0)
    return cause::exit_nonzero;
  return signal == launch_failure_mark ? cause::launch_failure : cause::signal;
}

state_meaning meaning_of(base_state base, const slurm::code& code) noexcept {
  switch (base) {
  case base_state::pending:
    return {meaning::waiting, cause::none};
  case base_state::running:
    return {meaning::alive, cause::none};
  case base_state::suspended:
    return {meaning::alive, cause::none};
  case base_state::completed:
    return {meaning::succeeded, cause::none};
  case base_state::cancelled:
    return {meaning::failed, cause::cancelled};
  case base_state::failed:
    return {meaning::failed, cause_of(code)};
  case base_state::timeout:
    return {meaning::failed, cause::timeout};
  case base_state::node_fail:
    return {meaning::interrupted, cause::node_failure};
  case base_state::preempted:
    return {meaning::interrupted, cause::preempted};
  case base_state::boot_fail:
    return {meaning::interrupted, cause::boot_failure};
  case base_state::deadline:
    return {meaning::failed, cause::deadline};
  case base_state::out_of_memory:
    return {meaning::failed, cause::out_of_memory};
  }
  return {};
}

bool is_terminal(base_state base) noexcept {
  return base >= base_state::completed;
}

state_meaning meaning_of(const slurm::job_state& s, const slurm::code& code, meaning when_requeued) noexcept {
  const auto has = [&](std::uint32_t flags) { return (s.flags & flags) != 0; };
  if (s.has(state_flag::unknown))
    return {meaning::present, cause::none};
  if (has(ending))
    return {meaning::alive, cause::none};
  if (has(requeued))
    return {when_requeued, cause::none};
  if (s.has(state_flag::revoked))
    return {meaning::failed, cause::cancelled};
  if (s.base && is_terminal(*s.base))
    return meaning_of(*s.base, code);
  if (has(living))
    return {meaning::alive, cause::none};
  if (s.has(state_flag::resv_del_hold))
    return {meaning::waiting, cause::none};
  return s.base ? meaning_of(*s.base, code) : state_meaning{};
}

bool is_end(meaning m) noexcept {
  return m == meaning::succeeded || m == meaning::failed || m == meaning::interrupted;
}

bool is_failure(const slurm::code& c) noexcept {
  return c.exit.value_or(0) != 0 || c.signal.value_or(0) != 0;
}

/// A signal leaves no exit code; older sacct prints what was left of one beside it.
core::exit_status to_exit_status(const slurm::code& c) noexcept {
  if (c.signal.value_or(0) != 0 && c.exit.value_or(0) != 0)
    return {std::nullopt, c.signal};
  return {c.exit, c.signal};
}

bool is_numbered(std::string_view step) noexcept {
  return !step.empty() && step.front() >= '0' && step.front() <= '9';
}

/// One that the script started with srun. CANCELLED with a code: killed from outside, for memory say.
bool is_failed_step(const slurm::account_record& r) {
  if (!is_numbered(r.step))
    return false;
  const auto [means, why] = meaning_in_accounting(r.state, r.exit);
  if (why == cause::cancelled)
    return is_failure(r.exit);
  return means == meaning::failed || means == meaning::interrupted;
}

void add_step(core::account_row& row, const slurm::account_record& r) {
  if (r.step == "batch")
    row.batch = {meaning_in_accounting(r.state, r.exit).means, to_exit_status(r.exit)};
  if (is_failed_step(r))
    row.step_failed = true;
  if (row.end && !r.end)
    row.step_unfinished = true;
  row.max_rss_bytes =
      std::max(row.max_rss_bytes, core::maybe<std::int64_t>{r.max_rss_bytes});  // absent is less than any
}

core::account_row open_row(const slurm::account_record& r) {
  const auto [means, why] = meaning_in_accounting(r.state, r.exit);
  core::account_row row;
  row.means = means;
  row.why = why;
  row.code = to_exit_status(r.exit);
  row.submit = r.submit;
  row.start = r.start;
  row.end = r.end;
  row.step_failed = is_failure(r.derived);
  row.canceller_known = r.state.canceller_known;
  row.elapsed_s = r.elapsed_s;
  row.cpu_ms = r.cpu_ms;
  row.max_rss_bytes = r.max_rss_bytes;
  row.cpus = r.cpus;
  row.node_list = r.node_list;
  row.word = r.word;
  return row;
}

}  // namespace

state_meaning meaning_in_listing(const slurm::job_state& s, const slurm::code& code) {
  return meaning_of(s, code, meaning::waiting);
}

state_meaning meaning_in_accounting(const slurm::job_state& s, const slurm::code& code) {
  return meaning_of(s, code, meaning::requeued);
}

core::listed_job to_listed(const slurm::queue_row& row) {
  const auto [means, why] = meaning_in_listing(row.state, row.exit);
  core::listed_job job;
  job.means = means;
  job.why = why;
  job.submit = row.submit;
  // A requeue counts the next attempt and moves the start before it leaves COMPLETING, and the submit time only
  // after (measured, 22.05): shown, one requeue would look like two.
  const bool completing = row.state.has(state_flag::completing);
  if (!completing)
    job.restarts = row.restarts;
  if (!completing && means != meaning::waiting)
    job.start = row.start;
  if (is_end(means)) {
    job.exact = to_exit_status(row.exit);
    job.end = row.end;
  }
  job.word = row.word;
  job.reason = row.reason;
  if (means == meaning::waiting)
    job.outlook = advice_on(row.reason).outlook;
  return job;
}

void add_record(std::vector<core::account_row>& rows, const slurm::account_record& r) {
  if (r.step.empty())
    rows.push_back(open_row(r));
  else if (!rows.empty())
    add_step(rows.back(), r);
}

std::vector<core::account_row> to_account_rows(std::span<const slurm::account_record> records) {
  std::vector<core::account_row> rows;
  for (const auto& r : records)
    add_record(rows, r);
  return rows;
}

}  // namespace settle::actors

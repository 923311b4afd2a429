#include "actors/core/verdict.hpp"

#include <algorithm>
#include <cassert>

namespace settle::core {

namespace {

/// Slurm prints these in place of a signal when the script was never started (no process got them):
/// 53 its working folder or output path, 54 a failed prolog.
constexpr std::int32_t launch_failure_mark = 53;
constexpr std::int32_t prolog_failure_mark = 54;
/// sacct before 25.11 prints codes from here on less this.
constexpr std::int32_t code_cut = 128;
/// The controller's submit time and accounting's may be rounded apart by one.
constexpr epoch_seconds submit_rounding = 1;

bool readable(const exit_status& c) {
  return c.exit || c.signal;
}
bool signalled(const exit_status& c) {
  return c.signal.value_or(0) != 0;
}
bool clean(const exit_status& c) {
  return c.exit.value_or(0) == 0 && !signalled(c);
}

bool is_ours(const account_row& row, const job_identity& ours) {
  return !row.submit || !ours.first_submit || *row.submit >= *ours.first_submit - submit_rounding;
}

/// Of one submission the life that has not started follows those that did.
bool older(const account_row& a, const account_row& b) {
  if (a.submit != b.submit)
    return a.submit < b.submit;
  if (a.start.has_value() != b.start.has_value())
    return a.start.has_value();
  return a.start < b.start;
}

const account_row* newest(std::span<const account_row> rows, const job_identity& ours) {
  const account_row* best = nullptr;
  for (const account_row& row : rows)
    if (is_ours(row, ours) && (best == nullptr || !older(row, *best)))
      best = &row;
  return best;
}

/// The controller has shown a newer life than accounting's newest: that one's row is still on its way, or lost.
bool is_stale(const account_row& row, const job_identity& ours) {
  return row.submit && ours.last_submit && *row.submit < *ours.last_submit - submit_rounding;
}

bool is_final(const account_row& row) {
  return row.end && (row.means == meaning::succeeded || row.means == meaning::failed ||
                     row.means == meaning::interrupted);
}

bool ended(const batch_row& b) {
  return b.means == meaning::succeeded || b.means == meaning::failed || b.means == meaning::interrupted;
}

/// The code of the failure: .batch's where it parses (the user's command ran there), else the main row's.
exit_status code_of(const account_row& row, const std::optional<exit_status>& exact) {
  exit_status code = row.batch && readable(row.batch->code) ? row.batch->code : row.code;
  if (!exact || !readable(*exact))
    return code;
  if (!readable(code))
    return *exact;
  const bool same_signal = code.signal.value_or(0) == exact->signal.value_or(0);
  if (same_signal && code.exit && exact->exit && *code.exit % code_cut == *exact->exit % code_cut)
    code.exit = exact->exit;
  return code;
}

/// Nobody but accounting told the code, and it is one that a cut code would look like.
bool may_be_cut(const exit_status& code, const std::optional<exit_status>& exact) {
  return !(exact && readable(*exact)) && code.exit && *code.exit > 0 && *code.exit < code_cut;
}

cause cause_of(cause said, const exit_status& code) {
  const bool marked = code.exit.value_or(0) == 0;
  const std::int32_t signal = code.signal.value_or(0);
  switch (said) {
  case cause::none:
  case cause::exit_nonzero:
  case cause::signal:
    if (marked && (signal == launch_failure_mark || signal == prolog_failure_mark))
      return cause::launch_failure;
    return signal != 0 ? cause::signal : cause::exit_nonzero;
  case cause::cancelled:
    return marked && signal == prolog_failure_mark ? cause::launch_failure : said;
  default:
    return said;
  }
}

std::string words_for(cause why, const exit_status& code) {
  switch (why) {
  case cause::exit_nonzero:
    if (code.exit.value_or(0) != 0)
      return "exit code " + std::to_string(*code.exit);
    return "failed; its exit code is not known";
  case cause::signal:
    return "ended by signal " + std::to_string(code.signal.value_or(0));
  case cause::timeout:
    return "its time limit was reached";
  case cause::out_of_memory:
    return "its memory limit was reached";
  case cause::cancelled:
    return "cancelled";
  case cause::node_failure:
    return "its node failed";
  case cause::preempted:
    return "preempted and not requeued";
  case cause::boot_failure:
    return "its node did not boot";
  case cause::deadline:
    return "its deadline passed";
  case cause::launch_failure:
    return "the scheduler could not start it (working folder, output path or prolog)";
  default:
    return std::string{to_text(why)};
  }
}

/// A failed item shows 0 only beside a signal: alone it would read as success.
void put_code(verdict& v, const exit_status& code) {
  v.exit_code = code.exit;
  if (signalled(code))
    v.signal = code.signal;
  else if (v.status == item_status::failed && v.exit_code == 0)
    v.exit_code.reset();
}

verdict failed_with(evidence who, cause why, const exit_status& code, details facts) {
  verdict v{.status = item_status::failed, .who = who, .why = why, .error = words_for(why, code)};
  v.facts = std::move(facts);
  put_code(v, code);
  return v;
}

details facts_of(const account_row& row) {
  details d{.start = row.start,
            .end = row.end,
            .elapsed_s = row.elapsed_s,
            .cpu_ms = row.cpu_ms,
            .max_rss_bytes = row.max_rss_bytes,
            .node_list = row.node_list,
            .raw_state = row.word};
  if (row.cpu_ms && row.elapsed_s && row.cpus && *row.elapsed_s > 0 && *row.cpus > 0) {
    const double had = static_cast<double>(*row.elapsed_s) * 1000.0 * static_cast<double>(*row.cpus);
    d.cpu_efficiency = std::clamp(static_cast<double>(*row.cpu_ms) / had, 0.0, 1.0);
  }
  return d;
}

/// COMPLETED in the main row, yet something contradicts: 20.11 says so of jobs that it never launched.
std::optional<verdict> contradicted(const account_row& row, const std::optional<exit_status>& exact) {
  const bool batch_failed =
      row.batch && (row.batch->means == meaning::failed || row.batch->means == meaning::interrupted ||
                    !clean(row.batch->code));
  if (!batch_failed && clean(row.code))
    return std::nullopt;
  // The row with the failure speaks, also when .batch is clean and the main row is not.
  const exit_status code = batch_failed ? code_of(row, exact) : row.code;
  const cause why = clean(code) ? cause::launch_failure : cause_of(cause::none, code);
  return failed_with(evidence::accounting, why, code, facts_of(row));
}

judgement judge_success(const account_row& row, const std::optional<exit_status>& exact,
                        bool derived_exit_fails, bool batch_missing_ok) {
  if (auto failure = contradicted(row, exact))
    return {.what = judgement::kind::failure, .reached = std::move(*failure)};
  if (row.step_unfinished && row.start && row.end == row.start)
    return {.what = judgement::kind::forged};
  if (row.step_failed && derived_exit_fails) {
    verdict v = failed_with(evidence::accounting, cause::exit_nonzero, {}, facts_of(row));
    v.error = "a step inside the job failed";
    return {.what = judgement::kind::failure, .reached = std::move(v)};
  }
  judgement out{.what = judgement::kind::success};
  out.reached = {.status = item_status::completed, .who = evidence::accounting, .facts = facts_of(row)};
  put_code(out.reached, row.batch && readable(row.batch->code) ? row.batch->code : row.code);
  if (row.step_failed)
    out.reached.warning = "a step inside the job failed, the job itself succeeded";
  if (!row.batch || !ended(*row.batch)) {
    out.reached.warning = "accounting never showed the end of the job script (.batch); the job's row decided";
    if (!batch_missing_ok)
      out.what = judgement::kind::batch_missing;
  }
  return out;
}

judgement judge_failure(const account_row& row, const std::optional<exit_status>& exact) {
  const exit_status code = code_of(row, exact);
  // The main row may name the launch failure that .batch hides behind a plain code.
  cause why = cause_of(row.why, code);
  if (cause_of(row.why, row.code) == cause::launch_failure)
    why = cause::launch_failure;
  const bool interrupted = row.means == meaning::interrupted;
  judgement out{.what = interrupted ? judgement::kind::interruption : judgement::kind::failure};
  out.reached = failed_with(evidence::accounting, why, code, facts_of(row));
  out.code_may_be_cut = why == cause::exit_nonzero && may_be_cut(code, exact);
  if (out.code_may_be_cut)
    out.reached.warning =
        "the exit code may be 128 more: accounting before Slurm 25.11 prints codes from 128 on "
        "less 128, and the controller no longer held the job";
  out.bare_cancel = why == cause::cancelled && !row.canceller_known && row.start.has_value();
  return out;
}

}  // namespace

judgement judge(std::span<const account_row> rows, const job_identity& ours,
                const std::optional<exit_status>& exact, bool derived_exit_fails, bool batch_missing_ok) {
  const account_row* row = newest(rows, ours);
  if (row == nullptr)
    return {};
  if (is_stale(*row, ours))
    return {.what = judgement::kind::not_final};
  if (!is_final(*row))
    return {.what = judgement::kind::not_final, .never_ran = !row->start};
  return row->means == meaning::succeeded ? judge_success(*row, exact, derived_exit_fails, batch_missing_ok)
                                          : judge_failure(*row, exact);
}

verdict from_controller(const listed_job& job, evidence who) {
  assert(job.means == meaning::succeeded || job.means == meaning::failed ||
         job.means == meaning::interrupted);
  details facts{.start = job.start, .end = job.end, .raw_state = job.word};
  if (job.start && job.end && *job.end >= *job.start)
    facts.elapsed_s = *job.end - *job.start;
  if (job.means == meaning::succeeded && clean(job.exact)) {
    verdict v{.status = item_status::completed, .who = who, .facts = std::move(facts)};
    put_code(v, job.exact);
    return v;
  }
  auto v = failed_with(who, cause_of(job.why, job.exact), job.exact, std::move(facts));
  if (v.why == cause::launch_failure && !job.reason.empty())
    v.error += ": " + job.reason.str();
  return v;
}

verdict from_witness(const exit_status& code, std::optional<epoch_seconds> start,
                     std::optional<epoch_seconds> end) {
  details facts{.start = start, .end = end};
  if (start && end && *end >= *start)
    facts.elapsed_s = *end - *start;
  if (!clean(code))
    return failed_with(evidence::witness, cause_of(cause::none, code), code, std::move(facts));
  verdict v{.status = item_status::completed, .who = evidence::witness, .facts = std::move(facts)};
  put_code(v, code);
  return v;
}

void compare_with_witness(verdict& v, std::int32_t recorded_exit) {
  const bool completed = v.status == item_status::completed;
  const bool contradicts =
      completed ? recorded_exit != 0 : recorded_exit == 0 && v.why == cause::exit_nonzero;
  if (!contradicts)
    return;
  v.warning += v.warning.empty() ? "" : "; ";
  v.warning += "the job script itself recorded exit code " + std::to_string(recorded_exit);
}

void sharpen(verdict& v, const exit_status& exact) {
  if (v.status != item_status::failed || v.why == cause::generator_failed || v.signal)
    return;
  const bool agrees = exact.exit && *exact.exit % code_cut == v.exit_code.value_or(0) % code_cut;
  if (signalled(exact) || !agrees || *exact.exit == 0 || v.exit_code == exact.exit)
    return;
  v.exit_code = exact.exit;
  if (v.why == cause::exit_nonzero)
    v.error = words_for(v.why, exact);
}

}  // namespace settle::core

#include "runtime/scripthut_outcome.hpp"

#include "actors/core/verdict.hpp"
#include "actors/translate/slurm_words.hpp"
#include "io/job_id.hpp"
#include "io/slurm/records.hpp"

#include <cassert>
#include <charconv>
#include <cmath>
#include <utility>

namespace settle {

using core::cause;
using core::evidence;
using core::item_status;

namespace {

/// scripthut's words for a restored result and for jobs that no scheduler knew.
constexpr std::string_view restored_state = "CACHED";
constexpr std::string_view never_recorded_words =
    "sbatch accepted the job but the scheduler has no record of it";
constexpr std::string_view vanished_words = "Job vanished before being observed running";
constexpr std::string_view cancelled_words = "Cancelled";
/// Before the state that the queue showed.
constexpr std::string_view queue_words = "Slurm job ";

core::epoch_seconds seconds(core::duration at) {
  return std::chrono::floor<std::chrono::seconds>(at).count();
}

/// The words of scripthut's other schedulers, in Slurm's.
constexpr std::pair<std::string_view, std::string_view> foreign_words[] = {
    {"WALLTIME_EXCEEDED", "TIMEOUT"},    // PBS
    {"MEM_EXCEEDED", "OUT_OF_MEMORY"},   // PBS
    {"LAUNCH_FAILED", "BOOT_FAIL"},      // EC2
    {"TERMINATED_EARLY", "NODE_FAIL"}};  // EC2

/// The queue ended it, and accounting never said a word about it.
bool is_queues_word(const scripthut_item& item) {
  return item.status == item_status::failed && item.scheduler_state.empty() &&
         item.error.starts_with(queue_words);
}

/// The state in which the item ended, in Slurm's words: accounting's, else the queue's; empty where nobody told any.
std::string_view last_word(const scripthut_item& item) {
  if (is_queues_word(item))
    return std::string_view(item.error).substr(queue_words.size());
  for (const auto& [theirs, slurms] : foreign_words)
    if (item.scheduler_state == theirs)
      return slurms;
  return item.scheduler_state;
}

/// `present` where nobody told a state, or it is no end.
actors::state_meaning meaning_of(const scripthut_item& item) {
  const auto word = last_word(item);
  return word.empty() ? actors::state_meaning{}
                      : actors::meaning_in_accounting(slurm::state_from_text(word), {});
}

bool is_failure(core::meaning m) {
  return m == core::meaning::failed || m == core::meaning::interrupted;
}

/// Bytes of "1.2G", "512M", "4K" or "100B", as scripthut rounds them.
std::optional<std::int64_t> bytes_of(std::string_view text) {
  constexpr std::string_view units = "BKMGTP";
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::size_t power = unit.empty() ? 0 : units.find(unit.front());
  constexpr double most = 1e18;
  if (error != std::errc{} || unit.size() > 1 || power == std::string_view::npos || !std::isfinite(number))
    return std::nullopt;
  const double bytes = std::round(std::ldexp(number, static_cast<int>(10 * power)));
  return bytes > 0 && bytes < most ? std::optional(static_cast<std::int64_t>(bytes)) : std::nullopt;
}

core::details facts_of(const scripthut_item& item) {
  core::details facts;
  if (item.started_at)
    facts.start = seconds(*item.started_at);
  if (item.finished_at)
    facts.end = seconds(*item.finished_at);
  if (facts.start && facts.end && *facts.end >= *facts.start)
    facts.elapsed_s = *facts.end - *facts.start;
  // Where nothing was measured scripthut writes 0 and "".
  if (item.cpu_percent && *item.cpu_percent > 0 && std::isfinite(*item.cpu_percent))
    facts.cpu_efficiency = *item.cpu_percent / 100;
  facts.max_rss_bytes = bytes_of(item.max_rss);
  facts.raw_state = item.scheduler_state;
  return facts;
}

tl::expected<core::verdict, std::string> completion_of(const scripthut_item& item) {
  const auto means = meaning_of(item).means;
  const bool confirmed = means == core::meaning::succeeded || item.scheduler_state == restored_state;
  // The marker stays when accounting confirms later. Where it does not, a code beside it is of another job (scripthut
  // keeps the last run's) or of a row that was no end: an end's own code comes with its state.
  const bool marked = item.error.starts_with(core::unconfirmed_marker);
  const auto code = marked && !confirmed ? std::nullopt : item.exit_code;
  if (code.value_or(0) != 0)
    return tl::unexpected("it is completed, and its \"exit_code\" is " + std::to_string(*code));
  if (is_failure(means))
    return tl::unexpected("it is completed, and its \"scheduler_state\" is \"" + item.scheduler_state + "\"");
  core::verdict v{.status = item_status::completed, .who = evidence::imported, .facts = facts_of(item)};
  if (confirmed || code) {
    if (code)
      v.exit_code = 0;
    v.warning = marked ? "" : item.error;
    return v;
  }
  // It left the queue, and that is all that scripthut knew: until 0.10 that was its word for a success.
  v.who = evidence::none;
  v.error = item.error;
  if (!marked)
    v.error = std::string(core::unconfirmed_marker) + (item.error.empty() ? "" : ": " + item.error);
  return v;
}

cause cause_of(const scripthut_item& item) {
  if (const auto means = meaning_of(item); is_failure(means.means) && means.why != cause::none)
    return means.why;
  if (item.error.starts_with(cancelled_words))
    return cause::cancelled;
  if (item.error.starts_with(never_recorded_words) || item.error.starts_with(vanished_words))
    return cause::never_recorded;
  return item.job_id.empty() ? cause::rejected : cause::exit_nonzero;
}

core::verdict failure_of(const scripthut_item& item) {
  core::verdict v{.status = item_status::failed,
                  .who = evidence::imported,
                  .why = cause_of(item),
                  .error = item.error,
                  .facts = facts_of(item)};
  // A 0 is where a signal ended it: that is no code. A code without a job, or beside the queue's word, is the last run's.
  if (item.exit_code.value_or(0) != 0 && !item.job_id.empty() && !is_queues_word(item))
    v.exit_code = static_cast<std::int32_t>(*item.exit_code);
  if (v.why == cause::rejected || (v.why == cause::cancelled && item.job_id.empty()))
    v.who = evidence::not_applicable;  // decided without a job, as settle decides it itself
  if (v.error.empty())
    v.error = core::to_text(v.why);
  return v;
}

core::verdict doom_of(const scripthut_item& item) {
  return {.status = item_status::dep_failed,
          .why = cause::dependency_failed,
          .error = item.error.empty() ? "a dependency failed" : item.error};
}

}  // namespace

std::uint64_t slurm_id_of(std::string_view job_id) {
  return io::job_id_from_text(job_id).value_or(0);
}

tl::expected<core::item, std::string> outcome_of(const scripthut_item& item, bool generator,
                                                 core::duration over_at) {
  core::item it;
  it.status = item.status;
  it.generator = generator;
  it.job_id = slurm_id_of(item.job_id);
  if (!item.job_id.empty())
    it.attempt = it.submissions = 1;
  it.ever_running = item.started_at.has_value() && it.job_id != 0;
  it.finished_at = item.finished_at.value_or(over_at);
  if (item.status == item_status::completed) {
    auto v = completion_of(item);
    if (!v)
      return tl::unexpected(v.error());
    it.reached = std::move(*v);
  } else {
    it.reached = item.status == item_status::failed ? failure_of(item) : doom_of(item);
  }
  core::check(it);
  return it;
}

}  // namespace settle

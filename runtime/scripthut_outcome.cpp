#include "runtime/scripthut_outcome.hpp"

#include "actors/core/verdict.hpp"
#include "actors/translate/slurm_words.hpp"
#include "io/slurm/records.hpp"

#include <cassert>
#include <charconv>
#include <cmath>

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

core::epoch_seconds seconds(core::duration at) {
  return std::chrono::floor<std::chrono::seconds>(at).count();
}

/// What Slurm means by the state that accounting told scripthut; `present` where it told none, or it is no end.
actors::state_meaning meaning_of(const std::string& state) {
  if (state.empty())
    return {};
  return actors::meaning_in_accounting(slurm::state_from_text(state), {});
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
  const auto means = meaning_of(item.scheduler_state).means;
  if (item.exit_code.value_or(0) != 0)
    return tl::unexpected("it is completed, and its \"exit_code\" is " + std::to_string(*item.exit_code));
  if (is_failure(means))
    return tl::unexpected("it is completed, and its \"scheduler_state\" is \"" + item.scheduler_state + "\"");
  core::verdict v{.status = item_status::completed, .who = evidence::imported, .facts = facts_of(item)};
  const bool told =
      means == core::meaning::succeeded || item.scheduler_state == restored_state || item.exit_code;
  if (told && !item.error.starts_with(core::unconfirmed_marker)) {
    if (item.exit_code)
      v.exit_code = 0;
    v.warning = item.error;
    return v;
  }
  // It left the queue, and that is all that scripthut knew: until 0.10 that was its word for a success.
  v.who = evidence::none;
  v.error = item.error;
  if (!item.error.starts_with(core::unconfirmed_marker))
    v.error = std::string(core::unconfirmed_marker) + (item.error.empty() ? "" : ": " + item.error);
  return v;
}

cause cause_of(const scripthut_item& item) {
  if (const auto means = meaning_of(item.scheduler_state);
      is_failure(means.means) && means.why != cause::none)
    return means.why;
  if (item.error.starts_with(cancelled_words))
    return cause::cancelled;
  if (item.error.starts_with(never_recorded_words) || item.error.starts_with(vanished_words))
    return cause::never_recorded;
  return item.job_id.empty() && !item.exit_code ? cause::rejected : cause::exit_nonzero;
}

core::verdict failure_of(const scripthut_item& item) {
  core::verdict v{.status = item_status::failed,
                  .who = evidence::imported,
                  .why = cause_of(item),
                  .error = item.error,
                  .facts = facts_of(item)};
  if (item.exit_code.value_or(0) != 0)  // scripthut writes 0 where a signal ended it: that is no code
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
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(job_id.data(), job_id.data() + job_id.size(), id);
  return error == std::errc{} && end == job_id.data() + job_id.size() ? id : 0;
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

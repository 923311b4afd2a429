#include "runtime/cli/outcome_text.hpp"

#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

#include <string.h>

namespace settle::cli {

using core::evidence;
using core::item_status;
using core::run_status;

namespace {

bool is_unconfirmed(const core::stream_event& e) {
  return e.status == item_status::completed && e.who == evidence::none;
}

std::string items(std::uint64_t n) {
  return n == 1 ? "1 item" : fmt::format("{} items", n);
}

std::string completed_sentence(const run_summary& run) {
  const std::uint64_t all = run.tally.total();
  if (all == 0)
    return "completed: there was nothing to do";
  if (run.tally.unconfirmed == 0)
    return all == 1 ? "completed: its item completed, confirmed"
                    : fmt::format("completed: all {} completed, each confirmed", items(all));
  return fmt::format("completed, but {} of {} unconfirmed: nobody ever said how they ended",
                     run.tally.unconfirmed, items(all));
}

std::string failed_sentence(const run_summary& run) {
  const std::uint64_t skipped = run.tally.of(item_status::dep_failed);
  std::string words =
      fmt::format("{} of {} failed", run.tally.of(item_status::failed), items(run.tally.total()));
  if (skipped > 0)
    words += fmt::format(", and {} never started because of that", skipped);
  return words;
}

}  // namespace

bool is_plain_success(const core::stream_event& e) {
  return e.status == item_status::completed && e.who != evidence::none && e.warning.empty();
}

std::string exit_in_words(const core::stream_event& e) {
  if (e.signal && *e.signal != 0) {
    const char* name = ::sigabbrev_np(*e.signal);
    return name ? fmt::format("signal {} ({})", *e.signal, name) : fmt::format("signal {}", *e.signal);
  }
  return e.exit_code ? fmt::format("exit {}", *e.exit_code) : "";
}

std::string state_in_words(const core::stream_event& e) {
  return is_unconfirmed(e) ? "unconfirmed" : std::string(core::to_text(e.status));
}

std::string reason_in_words(const core::stream_event& e) {
  return e.advice.empty() ? e.reason : e.reason + ": " + e.advice;
}

std::string waiting_line(const core::stream_event& e) {
  return fmt::format("{}: {}: {}", core::to_text(e.status), printable(e.item), printable(reason_in_words(e)));
}

std::string verdict_line(const core::stream_event& e) {
  std::string why{e.why == core::cause::none ? std::string_view{} : core::to_text(e.why)};
  if (e.status != item_status::completed)
    if (const std::string how = exit_in_words(e); !how.empty())
      why += (why.empty() ? "" : ", ") + how;
  const std::string& words = e.error.empty() ? e.warning : e.error;
  return fmt::format("{}: {}{}{}", state_in_words(e), printable(e.item), why.empty() ? "" : " (" + why + ")",
                     words.empty() ? "" : ": " + printable(words));
}

std::string verdict_sentence(const run_summary& run) {
  const std::string name = "run " + run.run + " ";
  if (run.trouble)
    return name + "has no verdict: " + printable(*run.trouble) +
           ". What was submitted goes on; when that is mended: settle run --resume " + run.run;
  switch (run.status) {
  case run_status::completed:
    return name + completed_sentence(run);
  case run_status::failed:
    return name + "failed: " + failed_sentence(run);
  case run_status::cancelled:
    return name + "was cancelled: " + counts_in_words(run.tally);
  case run_status::pending:
  case run_status::running:
    break;
  }
  return name + "is not finished: " + counts_in_words(run.tally);
}

}  // namespace settle::cli

#include "runtime/cli/supervise_log.hpp"

#include "actors/translate/event_json.hpp"
#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/iso_time.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace settle::cli {

using core::stream_event;
using core::stream_kind;

supervise_log::supervise_log(bool json) : json_(json), out_(STDOUT_FILENO), err_(STDERR_FILENO) {}

void supervise_log::line(const std::string& run, const std::string& words) {
  // With --json stdout is the events'.
  (json_ ? err_ : out_)
      .add(iso_time(wall_now()) + " " + (run.empty() ? "" : "run " + printable(run) + ": ") + words + "\n");
}

void supervise_log::word(const std::string& run, const std::string& words) {
  line(run, printable(words));
}

void supervise_log::event(const stream_event& e) {
  if (json_) {
    out_.add(actors::to_json(e));
    out_.add("\n");
    return;
  }
  switch (e.kind) {
  case stream_kind::item:
    if (!core::is_terminal(e.status) || is_plain_success(e))
      return;
    if (const auto told = ++verdicts_[e.run]; told <= verdicts_told_max)
      line(e.run, verdict_line(e));
    else if (told == verdicts_told_max + 1)
      line(e.run, "more like these are only counted from here on");
    return;
  case stream_kind::verdict_corrected:
    return line(e.run, "late accounting: " + verdict_line(e));
  case stream_kind::rerun:
    return line(e.run, printable(e.item) + " was seen running again after its verdict; the verdict stands");
  case stream_kind::items_added:
    return line(e.run, fmt::format("{} added tasks: now {} items", printable(e.item), e.tally.total()));
  case stream_kind::notice:
    return line(e.run, printable(e.error.empty() ? e.warning : e.error));
  case stream_kind::run_started:
    return line(e.run, fmt::format("started: {} items", e.tally.total()));
  case stream_kind::run_finished:
    verdicts_.erase(e.run);
    return line(e.run, fmt::format("{}{}: {}", core::to_text(e.run_state), e.confirmed ? "" : ", unconfirmed",
                                   counts_in_words(e.tally)));
  }
}

void supervise_log::flush_rest() {
  constexpr int farewell_ms = 2'000;
  out_.flush(-1, farewell_ms);
  err_.flush(-1, farewell_ms);
}

void supervise_log::flush(int wake_fd) {
  constexpr int patience_ms = 200;
  out_.flush(wake_fd, patience_ms);
  err_.flush(wake_fd, patience_ms);
}

}  // namespace settle::cli

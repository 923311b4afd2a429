#include "runtime/cli/human_reporter.hpp"

#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/loss_table.hpp"
#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

namespace settle::cli {

using core::item_status;
using core::stream_event;
using core::stream_kind;

void human_reporter::started(const run_summary& run, const std::string& folder, backend_kind backend) {
  folder_ = folder;
  const std::uint64_t n = run.tally.total();
  screen_.line(fmt::format("run {}{}: {} item{} on {}", run.run,
                           run.title.empty() ? "" : " (" + printable(run.title) + ")", n, n == 1 ? "" : "s",
                           backend == backend_kind::local ? "this machine" : "Slurm"));
}

void human_reporter::event(const stream_event& e) {
  losses_.saw(e);
  if (!began_)
    began_ = e.at;
  ended_ = e.at;
  switch (e.kind) {
  case stream_kind::item:
    stuck_item(e);
    if (core::is_terminal(e.status) && !is_plain_success(e))
      verdict(e);
    break;
  case stream_kind::verdict_corrected:
    screen_.line("late accounting: " + verdict_line(e));
    break;
  case stream_kind::rerun:
    screen_.line(
        fmt::format("{} was seen running again after its verdict; the verdict stands", printable(e.item)));
    break;
  case stream_kind::items_added:
    screen_.line(fmt::format("{} added tasks: now {} items", printable(e.item), e.tally.total()));
    break;
  case stream_kind::notice:
    screen_.words("settle: " + printable(e.error.empty() ? e.warning : e.error));
    break;
  case stream_kind::run_started:
  case stream_kind::run_finished:
    break;
  }
}

void human_reporter::stuck_item(const stream_event& e) {
  if (e.reason.empty()) {
    stuck_untold_ = stuck_.erase(e.item) != 0 ? stuck_told_ >= stuck_told_max : stuck_untold_;
    return;
  }
  const bool fresh = stuck_.insert(e.item).second;
  if (stuck_told_ < stuck_told_max) {
    ++stuck_told_;
    screen_.line(waiting_line(e));
  } else if (fresh) {
    stuck_untold_ = true;
  }
}

void human_reporter::stuck_line(std::chrono::milliseconds now, const std::string& run) {
  if (!stuck_untold_ || (last_stuck_ && now - *last_stuck_ < summary_distance))
    return;
  stuck_untold_ = false;
  last_stuck_ = now;
  const std::size_t n = stuck_.size();
  screen_.line(
      fmt::format("stuck in the queue now: {} item{}; settle show {} tells why", n, n == 1 ? "" : "s", run));
}

void human_reporter::verdict(const stream_event& e) {
  if (!screen_.is_terminal() || ++told_ <= told_max)
    return tell(e);
  if (told_ == told_max + 1)
    screen_.line("more like these are only counted from here on");
}

void human_reporter::tell(const stream_event& e) {
  const colour c = e.status == item_status::failed ? colour::red : colour::yellow;
  const std::string line = verdict_line(e);
  const std::size_t head = line.find(':');
  screen_.line(paint(line.substr(0, head), c, screen_.has_colour()) + line.substr(head));
}

void human_reporter::tick(std::chrono::milliseconds now, const run_summary& run) {
  pace_.saw(now, run.tally.terminal());
  stuck_line(now, run.run);
  if (screen_.is_terminal()) {
    const std::size_t columns = screen_.columns();
    // The last column stays free: some terminals wrap when it is written.
    screen_.status(progress_line(run.tally, pace_, columns > 1 ? columns - 1 : columns));
    return;
  }
  summary_line(now, run.tally);
}

void human_reporter::summary_line(std::chrono::milliseconds now, const core::counts& tally) {
  if (!last_summary_) {
    last_summary_ = now;  // the line of the start has said it
    last_tally_ = tally;
  }
  if (now - *last_summary_ < summary_distance || tally == last_tally_)
    return;
  last_summary_ = now;
  last_tally_ = tally;
  constexpr std::size_t plenty = 200;
  screen_.line(progress_line(tally, pace_, plenty));
}

void human_reporter::finished(const run_summary& run) {
  const std::string table = loss_table(losses_, run.run, folder_, screen_.columns());
  if (!table.empty())
    screen_.line("\n" + table.substr(0, table.size() - 1));
  const std::string took = began_ && ended_ ? " in " + short_duration(*ended_ - *began_) : "";
  const std::uint64_t n = run.tally.total();
  screen_.line(fmt::format("{}{} item{}: {}{}", table.empty() ? "" : "\n", n, n == 1 ? "" : "s",
                           counts_in_words(run.tally), took));
  const int code = run.exit_code();
  const colour c = code == 0 ? colour::green : code == 4 ? colour::yellow : colour::red;
  screen_.line(paint(verdict_sentence(run), c, screen_.has_colour()));
}

}  // namespace settle::cli

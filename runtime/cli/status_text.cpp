#include "runtime/cli/status_text.hpp"

#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/text_table.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

namespace settle::cli {

using core::item_status;

namespace {

constexpr std::size_t rows_max = 20;

/// Those that somebody should look at, the most telling first.
std::vector<const shown_item*> in_trouble(const shown_run& run) {
  std::vector<const shown_item*> items;
  const auto add = [&](auto wanted) {
    for (const shown_item& it : run.items)
      if (wanted(it))
        items.push_back(&it);
  };
  add([](const shown_item& it) { return it.last.status == item_status::failed; });
  add([](const shown_item& it) { return !core::is_terminal(it.last.status) && !it.last.reason.empty(); });
  add([](const shown_item& it) { return it.last.status == item_status::dep_failed; });
  return items;
}

std::vector<std::string> row_of(const shown_item& it) {
  const core::stream_event& e = it.last;
  return {printable(it.id), std::string(core::to_text(e.status)),
          e.why == core::cause::none ? "" : std::string(core::to_text(e.why)), exit_in_words(e),
          printable(e.error.empty() ? reason_in_words(e) : e.error)};
}

run_summary summary_of(const shown_run& run) {
  run_summary s;
  s.run = run.id;
  s.title = run.title;
  s.status = run.status;
  s.confirmed = run.confirmed;
  s.tally = run.tally;
  return s;
}

}  // namespace

std::string local_time(core::duration at) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).count();
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string confirmed_in_words(const run_summary& run) {
  return !run.finished() ? "-" : run.confirmed ? "confirmed" : "unconfirmed";
}

std::string run_in_words(const shown_run& run) {
  return fmt::format("run {}{}{}", run.id, run.title.empty() ? "" : " (" + printable(run.title) + ")",
                     run.retry_of.empty() ? "" : ", retry of " + printable(run.retry_of));
}

std::string status_text(const shown_run& run, core::duration now, std::size_t width) {
  const run_summary summary = summary_of(run);
  std::string text = fmt::format("{}: {}{}\n", run_in_words(run), core::to_text(run.status),
                                 summary.finished() ? ", " + confirmed_in_words(summary) : "");
  text += fmt::format("{} items: {}\n", run.items.size(), counts_in_words(run.tally));
  if (const auto took = elapsed_of(run, now))
    text += run.finished_at
                ? fmt::format("took {}, from {} on\n", short_duration(*took), local_time(*run.created_at))
                : fmt::format("for {}, from {} on; last event {} ago\n", short_duration(*took),
                              local_time(*run.created_at), short_duration(now - *run.last_event_at));
  const auto items = in_trouble(run);
  if (items.empty())
    return text;
  std::vector<std::vector<std::string>> rows{{"ITEM", "STATE", "CAUSE", "EXIT", "WORDS"}};
  for (std::size_t i = 0; i < std::min(items.size(), rows_max); ++i)
    rows.push_back(row_of(*items[i]));
  text += "\n" + text_table(rows, width, {0, 4});
  if (items.size() > rows_max)
    text += fmt::format("and {} more: settle show {}\n", items.size() - rows_max, run.id);
  return text;
}

}  // namespace settle::cli

#include "runtime/cli/show_text.hpp"

#include "io/job_id.hpp"
#include "runtime/cli/duration_text.hpp"
#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/status_text.hpp"
#include "runtime/cli/text_table.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace settle::cli {

namespace {

using core::stream_event;

std::string local_time(std::optional<core::duration> at) {
  return at ? cli::local_time(*at) : "";
}

std::string cause_of(const stream_event& e) {
  return e.why == core::cause::none ? "" : std::string(core::to_text(e.why));
}
std::string job_of(const stream_event& e) {
  return e.job_id == 0 ? "" : io::job_id_text(e.job_id);
}

/// The most telling words there are of it.
std::string words_of(const stream_event& e) {
  return !e.error.empty() ? e.error : !e.warning.empty() ? e.warning : reason_in_words(e);
}

std::string elapsed_of(const shown_item& it) {
  if (it.last.facts.elapsed_s)
    return short_duration(std::chrono::seconds(*it.last.facts.elapsed_s));
  if (it.started_at && it.finished_at)
    return short_duration(*it.finished_at - *it.started_at);
  return "";
}

bool is_over(const shown_run& run) {
  return run.status >= core::run_status::completed;
}

using fields = std::vector<std::pair<std::string, std::string>>;

std::string list_of(const fields& facts) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : facts)
    if (!value.empty())
      rows.push_back({name, printable(value)});
  return text_table(rows, 0, {});
}

template <class T>
std::string number(const core::maybe<T>& value, const char* form) {
  return value ? fmt::format(fmt::runtime(form), *value) : "";
}

fields facts_of(const shown_run& run, std::size_t index) {
  const shown_item& it = run.items[index];
  const core::details& more = it.last.facts;
  fields facts{{"item", it.id}, {"run", run.id}};
  if (it.task)
    facts.insert(facts.end(), {{"name", it.task->name}, {"command", it.task->command}});
  facts.insert(
      facts.end(),
      {{"state", state_in_words(it.last)},
       {"cause", cause_of(it.last)},
       {"exit", exit_in_words(it.last)},
       {"waits for", it.last.reason},
       {"advice", it.last.advice},
       {"evidence",
        it.last.who == core::evidence::not_applicable ? "" : std::string(core::to_text(it.last.who))},
       {"error", it.last.error},
       {"warning", it.last.warning},
       {"job", job_of(it.last)},
       {"attempt", it.last.attempt == 0 ? "" : std::to_string(it.last.attempt)},
       {"submitted", local_time(it.submitted_at)},
       {"started", local_time(it.started_at)},
       {"finished", local_time(it.finished_at)},
       {"elapsed", elapsed_of(it)},
       {"cpu", number(more.cpu_ms, "{} ms")},
       {"cpu efficiency", number(more.cpu_efficiency, "{:.2f}")},
       {"max rss", number(more.max_rss_bytes, "{} bytes")},
       {"nodes", more.node_list},
       {"scheduler state", more.raw_state},
       {"log", it.task && it.last.attempt > 0 ? log_file(run.folder, index, *it.task) : ""}});
  return facts;
}

std::string history_line(const stream_event& e) {
  switch (e.kind) {
  case core::stream_kind::rerun:
    return "seen running again after its verdict";
  case core::stream_kind::verdict_corrected:
    return "late accounting: " + verdict_line(e);
  case core::stream_kind::items_added:
    return "its document joined the run";
  default:
    if (core::is_terminal(e.status))
      return verdict_line(e);
    return std::string(core::to_text(e.status)) + (e.reason.empty() ? "" : ": " + printable(e.reason));
  }
}

}  // namespace

std::string run_text(const shown_run& run, core::duration now, std::size_t width) {
  std::string text = fmt::format("{}: {}{}\n", run_in_words(run), core::to_text(run.status),
                                 is_over(run) && !run.confirmed ? ", not every completion confirmed" : "");
  text += fmt::format("{} items: {}\n", run.items.size(), counts_in_words(run.tally));
  if (run.created_at)
    text += fmt::format("started {}, last event {} ago\n", local_time(*run.created_at),
                        short_duration(now - *run.last_event_at));
  std::vector<std::vector<std::string>> rows{
      {"ITEM", "STATE", "CAUSE", "EXIT", "JOB", "TRY", "ELAPSED", "WORDS"}};
  for (const shown_item& it : run.items)
    rows.push_back({printable(it.id), state_in_words(it.last), cause_of(it.last), exit_in_words(it.last),
                    job_of(it.last), it.last.attempt == 0 ? "" : std::to_string(it.last.attempt),
                    elapsed_of(it), printable(words_of(it.last))});
  if (!run.items.empty())
    text += "\n" + text_table(rows, width, {0, 7});
  return text;
}

std::string item_text(const shown_run& run, std::size_t index) {
  std::string text = list_of(facts_of(run, index));
  if (!run.history.empty())
    text += "\n";
  for (const stream_event& e : run.history)
    text += fmt::format("{}  {}\n", local_time(e.at), history_line(e));
  return text;
}

}  // namespace settle::cli

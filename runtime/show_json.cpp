// The JSON of `settle show`: scripthut's field names, and settle's own beside them (docs/json.md).
#include "actors/translate/event_writer.hpp"
#include "io/job_id.hpp"
#include "runtime/iso_time.hpp"
#include "runtime/show.hpp"

#include <algorithm>

namespace settle {

namespace {

using actors::json_writer;

void write_time(json_writer& out, std::string_view name, std::optional<core::duration> at) {
  out.text_or_null(name, at ? iso_time(*at) : std::string{});
}

void write_task(json_writer& out, const shown_item& it) {
  static const tasks::task unknown;
  const tasks::task& task = it.task ? *it.task : unknown;
  out.open("task");
  out.text("id", it.id);
  out.text_or_null("name", task.name);
  out.text_or_null("command", task.command);
  out.text_or_null("working_dir", task.wants->working_dir);
  out.text_or_null("partition", task.wants->partition);
  out.text_or_null("account", task.wants->account);
  out.text_or_null("qos", task.wants->qos);
  out.text_or_null("constraint", task.wants->constraint);
  out.whole_or_null("cpus", task.wants->cpus);
  out.text_or_null("memory", task.wants->memory);
  out.text_or_null("time_limit", task.wants->time_limit);
  out.text_or_null("gres", task.wants->gres);
  out.texts("sbatch_args", task.wants->sbatch_args);
  out.texts("dependencies", task.deps);
  out.text_or_null("generates_source", task.generates_source);
  out.text_or_null("output_file", task.output_file);
  out.text_or_null("error_file", task.error_file);
  out.close();
}

template <class Word>
void write_word(json_writer& out, std::string_view name, Word word, Word absent) {
  word == absent ? out.null(name) : out.text(name, core::to_text(word));
}

void write_item(json_writer& out, const shown_run& run, std::size_t index, bool with_history) {
  const shown_item& it = run.items[index];
  out.open();
  write_task(out, it);
  out.text("status", core::to_text(it.last.status));
  out.text_or_null("job_id", it.last.job_id == 0 ? std::string{} : io::job_id_text(it.last.job_id));
  out.whole("attempt", it.last.attempt);
  write_time(out, "submitted_at", it.submitted_at);
  write_time(out, "started_at", it.started_at);
  write_time(out, "finished_at", it.finished_at);
  out.whole_or_null("exit_code", it.last.exit_code);
  out.whole_or_null("signal", it.last.signal);
  write_word(out, "evidence", it.last.who, core::evidence::not_applicable);
  write_word(out, "cause", it.last.why, core::cause::none);
  out.text_or_null("error", it.last.error);
  out.text_or_null("warning", it.last.warning);
  out.text_or_null("reason", it.last.reason);
  out.text_or_null("advice", it.last.advice);
  out.text_or_null("scheduler_state", it.last.facts.raw_state);
  out.whole_or_null("elapsed", it.last.facts.elapsed_s);
  out.real_or_null("cpu_seconds", it.last.facts.cpu_ms
                                      ? std::optional(static_cast<double>(*it.last.facts.cpu_ms) / 1000)
                                      : std::nullopt);
  out.real_or_null("cpu_efficiency", it.last.facts.cpu_efficiency);
  out.whole_or_null("max_rss", it.last.facts.max_rss_bytes);
  out.text_or_null("nodes", it.last.facts.node_list);
  if (with_history) {
    out.text_or_null("log_file", it.task ? log_file(run.folder, index, *it.task) : std::string{});
    out.open_list("history");
    for (const core::stream_event& e : run.history)
      actors::write_event(out, e);
    out.close_list();
  }
  out.close();
}

}  // namespace

void write_json(const shown_run& run, const std::function<void(std::string_view)>& piece) {
  json_writer out;
  out.open();
  out.text("id", run.id);
  out.text_or_null("title", run.title);
  out.text_or_null("backend", run.backend);
  out.text("status", core::to_text(run.status));
  out.truth("confirmed", run.confirmed);
  write_time(out, "created_at", run.created_at);
  out.text_or_null("retry_of", run.retry_of);
  actors::write_counts(out, run.tally);
  out.texts("warnings", run.warnings);
  out.open_list("items");
  for (std::size_t i = 0; i < run.items.size(); ++i) {
    write_item(out, run, i, false);
    piece(out.take());
  }
  out.close_list();
  out.close();
  piece(out.take());
}

std::optional<core::duration> elapsed_of(const shown_run& run, core::duration now) {
  if (!run.created_at)
    return std::nullopt;
  return std::max(run.finished_at.value_or(now) - *run.created_at, core::duration::zero());
}

std::string status_json(const shown_run& run, core::duration now) {
  json_writer out;
  out.open();
  out.text("run", run.id);
  out.text_or_null("title", run.title);
  out.text_or_null("backend", run.backend);
  out.text("status", core::to_text(run.status));
  out.truth("confirmed", run.confirmed);
  write_time(out, "created_at", run.created_at);
  out.text_or_null("retry_of", run.retry_of);
  write_time(out, "last_event_at", run.last_event_at);
  write_time(out, "finished_at", run.finished_at);
  const auto took = elapsed_of(run, now);
  out.real_or_null("elapsed", took ? std::optional(static_cast<double>(took->count()) / 1000) : std::nullopt);
  actors::write_counts(out, run.tally);
  out.texts("warnings", run.warnings);
  out.close();
  return out.take();
}

std::string item_json(const shown_run& run, std::size_t index) {
  json_writer out;
  write_item(out, run, index, true);
  return out.take();
}

}  // namespace settle

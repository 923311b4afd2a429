#include "actors/translate/journal_json.hpp"

#include "actors/translate/event_json.hpp"
#include "actors/translate/event_writer.hpp"
#include "actors/translate/json_writer.hpp"

namespace settle::actors {

namespace {

void write_code(json_writer& w, const core::exit_status& code) {
  w.whole_if_any("exit", code.exit);
  w.whole_if_any("exit_signal", code.signal);
}

/// The controller's record of the ended job: evidence that the controller itself forgets after MinJobAge.
void write_controller(json_writer& w, const core::listed_job& job) {
  w.open("controller");
  w.whole("means", static_cast<std::uint64_t>(job.means));
  w.text_if_any("cause", job.why == core::cause::none ? std::string_view{} : core::to_text(job.why));
  write_code(w, job.exact);
  w.whole_if_any("restarts", job.restarts);
  w.whole_if_any("submit", job.submit);
  w.whole_if_any("start", job.start);
  w.whole_if_any("end", job.end);
  w.text_if_any("word", job.word);
  w.text_if_any("reason", job.reason);
  w.close();
}

void write_kept(json_writer& w, const core::item& it) {
  w.open("kept");
  w.whole("submissions", it.submissions);
  if (it.ever_running)
    w.truth("ever_running", true);
  if (it.cancel_asked)
    w.truth("cancel_asked", true);
  if (it.rerun_reported)
    w.truth("rerun_reported", true);
  if (it.accounting_row_seen)
    w.truth("row_seen", true);
  w.whole_if_any("first_submit", it.first_submit);
  w.whole_if_any("submit", it.submit);
  w.whole_if_any("start", it.start);
  w.whole_if_any("restarts", it.restarts);
  if (it.finished_at)
    w.whole("finished_at", static_cast<std::uint64_t>(it.finished_at->count()));
  if (it.exact)
    write_code(w, *it.exact);
  if (it.controller)
    write_controller(w, *it.controller);
  if (it.given_up)
    w.text("given_up", *it.given_up);
  w.close();
}

}  // namespace

void write_item_event(json_writer& w, const core::stream_event& e, const core::item& now) {
  write_open_event(w, e);
  write_kept(w, now);
  w.close();
}

std::string item_line(const core::stream_event& e, const core::item& now) {
  json_writer w;
  write_item_event(w, e, now);
  return w.take();
}

std::string withdrawn_line(std::string_view item) {
  json_writer w;
  w.open();
  w.text("event", "withdrawn");
  w.whole("v", 1);
  w.text("item", item);
  w.close();
  return w.take();
}

std::string cancel_line(const std::vector<std::string>& items) {
  json_writer w;
  w.open();
  w.text("event", "cancel");
  w.whole("v", 1);
  if (!items.empty())
    w.texts("items", items);
  w.close();
  return w.take();
}

std::string completed_before_line(const std::vector<std::string>& items) {
  json_writer w;
  w.open();
  w.text("event", "completed_before");
  w.whole("v", 1);
  w.texts("items", items);
  w.close();
  return w.take();
}

std::string compacted_line() {
  json_writer w;
  w.open();
  w.text("event", "compacted");
  w.whole("v", 1);
  w.close();
  return w.take();
}

std::string run_line(const run_facts& run, std::size_t max_concurrent) {
  json_writer w;
  w.open();
  w.text("event", "run");
  w.whole("v", 1);
  w.text("run", run.id);
  w.text("title", run.title);
  w.text("backend", run.backend);
  w.text("created", run.created_at);
  w.text("start_dir", run.start_dir);
  w.text("home", run.home);
  w.truth("exit_records", run.exit_records);
  w.whole("max_concurrent", max_concurrent);
  w.text_if_any("retry_of", run.retry_of);
  if (!run.earlier.empty())
    w.texts("earlier", run.earlier);
  w.close();
  return w.take();
}

std::string document_line(std::string_view file, std::size_t tasks, std::string_view generator) {
  json_writer w;
  w.open();
  w.text("event", "document");
  w.whole("v", 1);
  w.text("file", file);
  w.whole("tasks", tasks);
  w.text_or_null("generator", generator);
  w.close();
  return w.take();
}

namespace {

void begin_intent(json_writer& w, std::string_view event, std::string_view item, std::string_view token) {
  w.open();
  w.text("event", event);
  w.whole("v", 1);
  w.text("item", item);
  w.text("token", token);
}

}  // namespace

void write_intent(json_writer& w, std::string_view item, std::string_view token) {
  begin_intent(w, "intent", item, token);
  w.close();
}

void write_array_intent(json_writer& w, std::string_view item, std::string_view token, std::string_view array,
                        std::uint32_t index) {
  begin_intent(w, "array_intent", item, token);
  w.text("array", array);
  w.whole("index", index);
  w.close();
}

std::string intent_line(std::string_view item, std::string_view token) {
  json_writer w;
  write_intent(w, item, token);
  return w.take();
}

std::string array_intent_line(std::string_view item, std::string_view token, std::string_view array,
                              std::uint32_t index) {
  json_writer w;
  write_array_intent(w, item, token, array, index);
  return w.take();
}

}  // namespace settle::actors

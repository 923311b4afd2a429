#include "actors/translate/journal_json.hpp"

#include "actors/translate/json_writer.hpp"

namespace settle::actors {

std::string run_line(const run_facts& run) {
  json_writer w;
  w.open();
  w.text("event", "run");
  w.whole("v", 1);
  w.text("run", run.id);
  w.text("title", run.title);
  w.text("backend", run.backend);
  w.text("created", run.created_at);
  w.text("start_dir", run.start_dir);
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

std::string intent_line(std::string_view item, std::string_view token) {
  json_writer w;
  w.open();
  w.text("event", "intent");
  w.whole("v", 1);
  w.text("item", item);
  w.text("token", token);
  w.close();
  return w.take();
}

}  // namespace settle::actors

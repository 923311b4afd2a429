#include "runtime/journal_line.hpp"

#include "actors/translate/event_json.hpp"

#include <simdjson.h>

namespace settle {

namespace {

std::string text_of(const simdjson::dom::object& line, std::string_view name) {
  std::string_view value;
  return line.at_key(name).get(value) == simdjson::SUCCESS ? std::string(value) : std::string{};
}

/// A name in the run's own folder, never a way out of it.
bool is_plain_name(std::string_view file) {
  return !file.empty() && file.front() != '.' && file.find('/') == std::string_view::npos;
}

}  // namespace

journal_line read_journal_line(std::string_view line) {
  if (auto e = actors::stream_event_from_json(line))
    return std::move(*e);
  static thread_local simdjson::dom::parser parser;  // keeps its buffers from line to line
  simdjson::dom::object parsed;
  if (parser.parse(line.data(), line.size()).get(parsed) != simdjson::SUCCESS)
    return {};
  const std::string what = text_of(parsed, "event");
  if (what == "run")
    return run_line{text_of(parsed, "title"), text_of(parsed, "backend"), text_of(parsed, "created"),
                    text_of(parsed, "start_dir")};
  if (what == "intent" || what == "array_intent")
    return intent_line{text_of(parsed, "item"), text_of(parsed, "token")};
  document_line document{text_of(parsed, "file"), text_of(parsed, "generator")};
  if (what == "document" && is_plain_name(document.file))
    return document;
  return {};
}

}  // namespace settle

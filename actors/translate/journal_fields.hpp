// Everything that may stand in a line of a journal, as it stands there. Private to the readers of lines.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace settle::actors {

/// Views and objects live in the parser's memory. Texts: empty where left out.
struct journal_fields {
  bool good = true;  ///< no field has the wrong type or stands twice
  std::string_view event;
  std::optional<std::int32_t> v;

  // an event's
  std::optional<std::uint64_t> seq;
  std::optional<double> at;  ///< epoch seconds
  std::string_view run, item, status, job_id, evidence, cause, error, warning, reason, advice;
  std::optional<std::uint32_t> attempt;
  std::optional<std::int32_t> exit_code, signal;
  bool confirmed = false;
  std::optional<simdjson::dom::object> counts;
  std::optional<std::int64_t> start, end, elapsed, max_rss;
  std::optional<double> cpu_seconds, cpu_efficiency;
  std::string_view nodes, raw_state;
  std::optional<simdjson::dom::element> kept;  ///< whatever it is: most readers leave it out

  // the journal's own lines'
  std::string_view title, backend, created, start_dir, home, file, generator, token;
  std::optional<std::uint64_t> max_concurrent, tasks;
  bool exit_records = false;
};

}  // namespace settle::actors

// One line of the program's event stream as a reader of its documentation would take it: read with simdjson,
// independent of the code that writes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace settle::live {

struct event_line {
  std::string kind;  ///< run_started, item, run_finished, …
  std::uint64_t seq = 0;
  std::string run;
  std::string item;
  std::string status;
  double at = 0;       ///< epoch seconds
  std::string job_id;  ///< empty: null
  std::int64_t attempt = 0;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> signal;
  std::string evidence;  ///< empty: null
  std::string cause;     ///< empty: null
  std::string error;     ///< empty: null
  std::string warning;   ///< empty: absent
  std::optional<bool> confirmed;
  std::map<std::string, std::uint64_t> counts;
};

/// Throws std::runtime_error where the line is no JSON object, or lacks or mistypes what the documentation promises.
event_line read_event(const std::string& line);

}  // namespace settle::live

// Everything that may stand in a line of a journal, as it stands there. Private to the readers of lines.
#pragma once

#include "actors/core/run.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace settle::actors {

/// The controller's record of an ended job in "kept".
struct controller_fields {
  bool strange = false;
  std::optional<std::uint8_t> means;
  std::string_view cause, word, reason;
  std::optional<std::int32_t> exit, exit_signal;
  std::optional<std::uint32_t> restarts;
  std::optional<std::int64_t> submit, start, end;
};

/// An item's member "kept".
struct kept_fields {
  bool strange = false;
  bool ever_running = false, cancel_asked = false, rerun_reported = false, row_seen = false;
  std::optional<std::uint32_t> submissions, restarts;
  std::optional<std::int64_t> first_submit, submit, start, finished_at;
  std::optional<std::int32_t> exit, exit_signal;
  std::string_view given_up;
  std::optional<controller_fields> controller;
};

/// The line. Texts are views into the reader's memory, and empty where left out.
struct journal_fields {
  bool strange = false;  ///< some field has a name that we do not know
  std::string_view event;
  std::optional<std::int32_t> v;

  // an event's
  std::optional<std::uint64_t> seq;
  std::optional<double> at;  ///< epoch seconds
  std::string_view run, item, status, job_id, evidence, cause, error, warning, reason, advice;
  std::optional<std::uint32_t> attempt;
  std::optional<std::int32_t> exit_code, signal;
  bool confirmed = false;
  std::optional<core::counts> counts;
  std::optional<std::int64_t> start, end, elapsed, max_rss;
  std::optional<double> cpu_seconds, cpu_efficiency;
  std::string_view nodes, raw_state;
  std::optional<kept_fields> kept;

  // the journal's own lines'
  std::string_view title, backend, created, start_dir, home, retry_of, file, generator, token, array;
  std::optional<std::uint64_t> max_concurrent, tasks;
  std::optional<std::uint32_t> index;
  bool exit_records = false;
  std::vector<std::string_view> items, earlier;
};

}  // namespace settle::actors

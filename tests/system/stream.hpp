// The event stream as a reader of ours sees it, read with nothing of settle's own, and what must hold in each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace settle::tests {

struct told {
  std::string event, run, item, status, evidence, cause, error, warning, reason, advice, job_id;
  std::uint64_t seq = 0;
  double at = 0;
  std::int64_t attempt = 0;
  std::optional<std::int64_t> exit_code, signal;
  std::optional<bool> confirmed;
  std::map<std::string, std::uint64_t> counts;
};

/// Fails the test case on anything that is no event line.
std::vector<told> read_stream(const std::string& out);

/// seq grows by one from 1; run_started first, run_finished last; every item has exactly one terminal event and
/// none after it; the counts at the end are those of the events.
void check_stream(const std::vector<told>& events);

/// The last event of each item.
std::map<std::string, told> verdicts(const std::vector<told>& events);

}  // namespace settle::tests

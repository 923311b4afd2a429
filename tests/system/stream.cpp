#include "tests/system/stream.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

namespace settle::tests {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

std::string text(const object& o, const char* name) {
  std::string_view value;
  return o[name].get(value) == simdjson::SUCCESS ? std::string(value) : "";
}
std::optional<std::int64_t> number(const object& o, const char* name) {
  std::int64_t value = 0;
  return o[name].get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

told read_line(const object& o) {
  told t;
  t.event = text(o, "event");
  t.run = text(o, "run");
  t.item = text(o, "item");
  t.status = text(o, "status");
  t.evidence = text(o, "evidence");
  t.cause = text(o, "cause");
  t.error = text(o, "error");
  t.warning = text(o, "warning");
  t.reason = text(o, "reason");
  t.advice = text(o, "advice");
  t.job_id = text(o, "job_id");
  t.seq = static_cast<std::uint64_t>(number(o, "seq").value_or(0));
  t.attempt = number(o, "attempt").value_or(0);
  t.exit_code = number(o, "exit_code");
  t.signal = number(o, "signal");
  if (bool value = false; o["confirmed"].get(value) == simdjson::SUCCESS)
    t.confirmed = value;
  REQUIRE(o["at"].get(t.at) == simdjson::SUCCESS);
  REQUIRE(number(o, "v") == 1);
  if (object counts; o["counts"].get(counts) == simdjson::SUCCESS)
    for (const auto& [name, value] : counts)
      t.counts[std::string(name)] = value.get_uint64().value();
  return t;
}

bool is_terminal(const std::string& status) {
  return status == "completed" || status == "failed" || status == "dep_failed";
}

}  // namespace

std::vector<told> read_stream(const std::string& out) {
  std::vector<told> events;
  simdjson::dom::parser parser;
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t end = out.find('\n', at);
    REQUIRE(end != std::string::npos);
    const std::string line = out.substr(at, end - at);
    at = end + 1;
    INFO(line);
    object o;
    REQUIRE(parser.parse(line).get(o) == simdjson::SUCCESS);
    events.push_back(read_line(o));
    REQUIRE_FALSE(events.back().event.empty());
  }
  return events;
}

void check_stream(const std::vector<told>& events) {
  REQUIRE_FALSE(events.empty());
  CHECK(events.front().event == "run_started");
  CHECK(events.back().event == "run_finished");
  std::map<std::string, std::string> state;
  std::uint64_t total = events.front().counts.at("pending");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const told& e = events[i];
    REQUIRE(e.seq == i + 1);
    CHECK(e.run == events.front().run);
    if (e.event == "items_added")
      total = 0;
    if (!e.counts.empty()) {
      std::uint64_t sum = 0;
      for (const auto& [name, n] : e.counts)
        sum += name == "unconfirmed" ? 0 : n;
      total = total == 0 ? sum : total;
      CHECK(sum == total);
    }
    if (e.event != "item")
      continue;
    INFO(e.item << ": " << state[e.item] << " -> " << e.status);
    CHECK_FALSE(is_terminal(state[e.item]));
    state[e.item] = e.status;
  }
  std::map<std::string, std::uint64_t> tally;
  for (const auto& [item, status] : state) {
    INFO(item);
    CHECK(is_terminal(status));
    ++tally[status];
  }
  CHECK(state.size() == total);
  for (const char* status : {"completed", "failed", "dep_failed"})
    CHECK(events.back().counts.at(status) == tally[status]);
}

std::map<std::string, told> verdicts(const std::vector<told>& events) {
  std::map<std::string, told> last;
  for (const told& e : events)
    if (e.event == "item" || e.event == "verdict_corrected")
      last[e.item] = e;
  return last;
}

}  // namespace settle::tests

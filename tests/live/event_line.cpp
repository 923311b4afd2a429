#include "tests/live/event_line.hpp"

#include <simdjson.h>

#include <stdexcept>
#include <string_view>

namespace settle::live {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// Null and absent are the same here; where the difference counts, `require` sees to it.
std::string text_or_empty(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null())
    return {};
  return std::string(std::string_view(value));
}

std::optional<std::int64_t> number_or_none(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null())
    return std::nullopt;
  return std::int64_t(value);
}

void require(const object& from, std::initializer_list<std::string_view> keys) {
  for (auto key : keys) {
    if (from[key].error() != simdjson::SUCCESS)
      throw std::runtime_error("\"" + std::string(key) + "\" is missing");
  }
}

event_line read_object(const object& from) {
  require(from, {"event", "v", "seq", "run", "at"});
  event_line out;
  out.kind = text_or_empty(from, "event");
  if (std::int64_t(from["v"]) != 1)
    throw std::runtime_error("v is not 1");
  out.seq = std::uint64_t(from["seq"]);
  out.run = text_or_empty(from, "run");
  out.at = double(from["at"]);
  if (out.kind == "item")
    require(from,
            {"item", "status", "job_id", "attempt", "exit_code", "signal", "evidence", "cause", "error"});
  if (out.kind == "run_finished")
    require(from, {"status", "confirmed", "counts"});
  out.item = text_or_empty(from, "item");
  out.status = text_or_empty(from, "status");
  out.job_id = text_or_empty(from, "job_id");
  out.attempt = number_or_none(from, "attempt").value_or(0);
  out.exit_code = number_or_none(from, "exit_code");
  out.signal = number_or_none(from, "signal");
  out.evidence = text_or_empty(from, "evidence");
  out.cause = text_or_empty(from, "cause");
  out.error = text_or_empty(from, "error");
  out.warning = text_or_empty(from, "warning");
  bool confirmed = false;
  if (from["confirmed"].get(confirmed) == simdjson::SUCCESS)
    out.confirmed = confirmed;
  object counts;
  if (from["counts"].get(counts) == simdjson::SUCCESS) {
    for (auto [key, value] : counts)
      out.counts.emplace(key, std::uint64_t(value));
  }
  return out;
}

}  // namespace

event_line read_event(const std::string& line) {
  simdjson::dom::parser parser;
  try {
    return read_object(object(parser.parse(line)));
  } catch (const std::exception& problem) {
    throw std::runtime_error(std::string(problem.what()) + " in: " + line);
  }
}

}  // namespace settle::live

#include "actors/translate/event_json.hpp"
#include "actors/translate/event_reader.hpp"
#include "actors/translate/line_reader.hpp"
#include "actors/translate/stream_words.hpp"
#include "io/job_id.hpp"

#include <simdjson.h>

#include <cmath>
#include <utility>

namespace settle::actors {

namespace {

using core::stream_event;

using object = simdjson::dom::object;

std::int64_t milliseconds_of(double seconds) {
  constexpr double limit = 9.0e15;  // beyond it a double has no milliseconds left
  return std::abs(seconds) < limit ? std::llround(seconds * 1000.0) : 0;
}

void read_counts(line_reader& in, core::counts& tally) {
  const std::optional<object> counts = in.inner("counts");
  in.need(counts.has_value());
  if (!counts)
    return;
  line_reader fields(*counts);
  for (std::size_t i = 0; i < core::item_status_count; ++i)
    tally.by_status[i] =
        fields.whole<std::uint64_t>(core::to_text(static_cast<core::item_status>(i))).value_or(0);
  tally.unconfirmed = fields.whole<std::uint64_t>("unconfirmed").value_or(0);
  in.need(fields.ok());
}

void read_details(line_reader& in, core::details& facts) {
  facts.start = in.whole<std::int64_t>("start");
  facts.end = in.whole<std::int64_t>("end");
  facts.elapsed_s = in.whole<std::int64_t>("elapsed");
  if (const auto cpu = in.real("cpu_seconds"))
    facts.cpu_ms = milliseconds_of(*cpu);
  facts.max_rss_bytes = in.whole<std::int64_t>("max_rss");
  facts.cpu_efficiency = in.real("cpu_efficiency");
  facts.node_list = in.text("nodes");
  facts.raw_state = in.text("raw_state");
}

std::uint64_t read_job_id(line_reader& in) {
  const std::string said = in.text("job_id");
  if (said.empty())
    return 0;
  const auto id = io::job_id_from_text(said);
  in.need(id.has_value());
  return id.value_or(0);
}

void read_outcome(line_reader& in, stream_event& e) {
  e.job_id = read_job_id(in);
  e.attempt = in.whole<std::uint32_t>("attempt").value_or(0);
  e.exit_code = in.whole<std::int32_t>("exit_code");
  e.signal = in.whole<std::int32_t>("signal");
  e.who = in.word("evidence", &core::evidence_from_text, core::evidence::not_applicable);
  e.why = in.word("cause", &core::cause_from_text, core::cause::none);
  read_details(in, e.facts);
}

void read_status(line_reader& in, stream_event& e) {
  if (tells_of_item(e.kind))
    e.status = in.word("status", &core::item_status_from_text, core::item_status::pending);
  if (tells_run_state(e.kind))
    e.run_state = in.word("status", &core::run_status_from_text, core::run_status::pending);
  if (e.kind == stream_kind::run_finished)
    e.confirmed = in.truth("confirmed");
  if (tells_counts(e.kind))
    read_counts(in, e.tally);
}

}  // namespace

std::optional<stream_event> stream_event_in(object line) {
  line_reader in(line);
  const std::optional<stream_kind> kind = kind_of(in.text("event"));
  if (!kind || in.whole<std::int32_t>("v") != stream_version)
    return std::nullopt;
  stream_event e;
  e.kind = *kind;
  const auto seq = in.whole<std::uint64_t>("seq");
  const auto at = in.real("at");
  in.need(seq.has_value() && at.has_value());
  e.seq = seq.value_or(0);
  e.at = core::duration{milliseconds_of(at.value_or(0))};
  e.run = in.text("run");
  e.item = in.text("item");
  in.need(!tells_of_item(e.kind) || !e.item.empty());
  read_status(in, e);
  if (tells_of_item(e.kind))
    read_outcome(in, e);
  e.error = in.text("error");
  e.warning = in.text("warning");
  e.reason = in.text("reason");
  e.advice = in.text("advice");
  return in.ok() ? std::optional(std::move(e)) : std::nullopt;
}

std::optional<stream_event> stream_event_from_json(std::string_view line) {
  // One parser per thread: a journal has millions of lines, and each parser keeps its buffers.
  static thread_local simdjson::dom::parser parser;
  object parsed;
  if (parser.parse(line.data(), line.size()).get(parsed) != simdjson::SUCCESS)
    return std::nullopt;
  return stream_event_in(parsed);
}

}  // namespace settle::actors

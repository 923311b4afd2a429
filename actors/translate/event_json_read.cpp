#include "actors/translate/event_json.hpp"
#include "actors/translate/event_reader.hpp"
#include "actors/translate/stream_words.hpp"
#include "io/job_id.hpp"

#include <cmath>
#include <variant>

namespace settle::actors {

namespace {

std::int64_t milliseconds_of(double seconds) {
  constexpr double limit = 9.0e15;  // beyond it a double has no milliseconds left
  return std::abs(seconds) < limit ? std::llround(seconds * 1000.0) : 0;
}

/// A word of a fixed list; none where it was left out.
template <class T>
bool read_word(std::string_view said, std::optional<T> (*from_text)(std::string_view) noexcept, T& out) {
  if (said.empty())
    return true;
  const std::optional<T> value = from_text(said);
  out = value.value_or(out);
  return value.has_value();
}

bool read_job_id(std::string_view said, std::uint64_t& id) {
  if (said.empty())
    return true;
  const auto read = io::job_id_from_text(said);
  id = read.value_or(0);
  return read.has_value();
}

bool read_item(const journal_fields& in, kept_event& e) {
  e.who = core::evidence::not_applicable;
  return !in.item.empty() && read_word(in.status, &core::item_status_from_text, e.status) &&
         read_job_id(in.job_id, e.job_id) && read_word(in.evidence, &core::evidence_from_text, e.who) &&
         read_word(in.cause, &core::cause_from_text, e.why);
}

}  // namespace

bool read_event(core::stream_kind kind, const journal_fields& in, kept_event& e) {
  if (!in.seq || !in.at || (tells_counts(kind) && !in.counts))
    return false;
  e.kind = kind;
  e.seq = *in.seq;
  e.at = core::duration{milliseconds_of(*in.at)};
  e.item = in.item;
  e.fields = &in;
  core::run_status state{};
  return (!tells_of_item(kind) || read_item(in, e)) &&
         (!tells_run_state(kind) || read_word(in.status, &core::run_status_from_text, state));
}

core::details details_in(const journal_fields& in) {
  core::details facts;
  facts.start = in.start;
  facts.end = in.end;
  facts.elapsed_s = in.elapsed;
  if (in.cpu_seconds)
    facts.cpu_ms = milliseconds_of(*in.cpu_seconds);
  facts.max_rss_bytes = in.max_rss;
  facts.cpu_efficiency = in.cpu_efficiency;
  facts.node_list = in.nodes;
  facts.raw_state = in.raw_state;
  return facts;
}

core::stream_event whole_event(const kept_event& said) {
  const journal_fields& in = *said.fields;
  core::stream_event e;
  e.kind = said.kind;
  e.seq = said.seq;
  e.run = in.run;
  e.item = said.item;
  e.status = said.status;
  if (tells_run_state(said.kind))
    read_word(in.status, &core::run_status_from_text, e.run_state);
  e.confirmed = said.kind == stream_kind::run_finished && in.confirmed;
  if (tells_counts(said.kind))
    e.tally = *in.counts;
  e.at = said.at;
  if (tells_of_item(said.kind)) {
    e.job_id = said.job_id;
    e.attempt = in.attempt.value_or(0);
    e.exit_code = in.exit_code;
    e.signal = in.signal;
    e.who = said.who;
    e.why = said.why;
    e.facts = details_in(in);
  }
  e.reason = in.reason;
  e.advice = in.advice;
  e.error = in.error;
  e.warning = in.warning;
  return e;
}

std::optional<core::stream_event> stream_event_from_json(std::string_view line) {
  const auto said = read_kept_line(line);
  const auto* e = said ? std::get_if<kept_event>(&*said) : nullptr;
  return e ? std::optional(whole_event(*e)) : std::nullopt;
}

}  // namespace settle::actors

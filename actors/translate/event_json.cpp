#include "actors/translate/event_json.hpp"

#include "actors/translate/event_writer.hpp"
#include "actors/translate/stream_words.hpp"
#include "io/job_id.hpp"

namespace settle::actors {

namespace {

using core::stream_event;

void write_details(json_writer& out, const core::details& facts) {
  out.whole_if_any("start", facts.start);
  out.whole_if_any("end", facts.end);
  out.whole_if_any("elapsed", facts.elapsed_s);
  if (facts.cpu_ms)
    out.seconds("cpu_seconds", *facts.cpu_ms);
  out.whole_if_any("max_rss", facts.max_rss_bytes);
  out.real_if_any("cpu_efficiency", facts.cpu_efficiency);
  out.text_if_any("nodes", facts.node_list);
  out.text_if_any("raw_state", facts.raw_state);
}

void write_outcome(json_writer& out, const stream_event& e) {
  std::array<char, io::job_id_chars> room;
  out.text_or_null("job_id", e.job_id == 0 ? std::string_view{} : io::job_id_text(e.job_id, room));
  out.whole("attempt", e.attempt);
  out.whole_or_null("exit_code", e.exit_code);
  out.whole_or_null("signal", e.signal);
  out.text_or_null("evidence",
                   e.who == core::evidence::not_applicable ? std::string_view{} : core::to_text(e.who));
  out.text_or_null("cause", e.why == core::cause::none ? std::string_view{} : core::to_text(e.why));
}

}  // namespace

void write_counts(json_writer& out, const core::counts& tally) {
  out.open("counts");
  for (std::size_t i = 0; i < core::item_status_count; ++i)
    out.whole(core::to_text(static_cast<core::item_status>(i)), tally.by_status[i]);
  out.whole("unconfirmed", tally.unconfirmed);
  out.close();
}

void write_open_event(json_writer& out, const stream_event& e) {
  out.open();
  out.text("event", name_of(e.kind));
  out.whole("v", stream_version);
  out.whole("seq", e.seq);
  out.text("run", e.run);
  if (tells_of_item(e.kind))
    out.text("item", e.item);
  else
    out.text_if_any("item", e.item);
  if (tells_of_item(e.kind))
    out.text("status", core::to_text(e.status));
  if (tells_run_state(e.kind))
    out.text("status", core::to_text(e.run_state));
  out.seconds("at", e.at.count());
  if (e.kind == stream_kind::run_finished)
    out.truth("confirmed", e.confirmed);
  if (tells_counts(e.kind))
    write_counts(out, e.tally);
  if (tells_of_item(e.kind))
    write_outcome(out, e);
  if (tells_of_item(e.kind))
    out.text_or_null("error", e.error);
  else
    out.text_if_any("error", e.error);
  out.text_if_any("warning", e.warning);
  out.text_if_any("reason", e.reason);
  out.text_if_any("advice", e.advice);
  if (tells_of_item(e.kind))
    write_details(out, e.facts);
}

void write_event(json_writer& out, const stream_event& e) {
  write_open_event(out, e);
  out.close();
}

std::string to_json(const stream_event& e) {
  json_writer out;
  write_event(out, e);
  return out.take();
}

}  // namespace settle::actors

#include "actors/keys.hpp"
#include "actors/translate/event_reader.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/line_reader.hpp"
#include "actors/translate/stream_words.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

namespace {

using core::item;
using core::item_status;
using core::stream_event;
using simdjson::dom::object;

constexpr int journal_version = 1;

core::exit_status read_code(line_reader& in) {
  return {in.whole<std::int32_t>("exit"), in.whole<std::int32_t>("exit_signal")};
}

core::listed_job read_controller(object fields, bool& ok) {
  line_reader in(fields);
  core::listed_job job;
  const auto means = in.whole<std::uint8_t>("means").value_or(0xff);
  in.need(means <= static_cast<std::uint8_t>(core::meaning::requeued));
  job.means = static_cast<core::meaning>(means);
  job.why = in.word("cause", &core::cause_from_text, core::cause::none);
  job.exact = read_code(in);
  job.restarts = in.whole<std::uint32_t>("restarts");
  job.submit = in.whole<std::int64_t>("submit");
  job.start = in.whole<std::int64_t>("start");
  job.end = in.whole<std::int64_t>("end");
  job.word = in.text("word");
  job.reason = in.text("reason");
  ok = ok && in.ok();
  return job;
}

void read_kept(line_reader& in, item& it, bool& ok) {
  it.submissions = in.whole<std::uint32_t>("submissions").value_or(0);
  it.ever_running = in.truth("ever_running");
  it.cancel_asked = in.truth("cancel_asked");
  it.rerun_reported = in.truth("rerun_reported");
  it.accounting_row_seen = in.truth("row_seen");
  it.first_submit = in.whole<std::int64_t>("first_submit");
  it.submit = in.whole<std::int64_t>("submit");
  it.start = in.whole<std::int64_t>("start");
  it.restarts = in.whole<std::uint32_t>("restarts");
  if (const auto at = in.whole<std::int64_t>("finished_at"))
    it.finished_at = core::duration{*at};
  if (const auto exact = read_code(in); exact.exit || exact.signal)
    it.exact = exact;
  if (const auto record = in.inner("controller"))
    it.controller = read_controller(*record, ok);
  if (auto words = in.text("given_up"); !words.empty())
    it.given_up = std::move(words);
  ok = ok && in.ok();
}

core::verdict verdict_in(const stream_event& e) {
  core::verdict v;
  v.status = e.status;
  v.who = e.who;
  v.why = e.why;
  v.exit_code = e.exit_code;
  v.signal = e.signal;
  v.error = e.error;
  v.warning = e.warning;
  v.facts = e.facts;
  return v;
}

/// The item as the event shows it, brought to what holds of every item (core::check).
void complete(item& it, const stream_event& e) {
  it.status = e.status;
  it.attempt = e.attempt;
  it.job_id = e.status == item_status::pending ? 0 : e.job_id;
  if (core::is_terminal(e.status))
    it.reached = verdict_in(e);
  const bool ended = core::is_terminal(e.status) || e.status == item_status::settling;
  if (!ended)
    it.finished_at.reset();
  else if (!it.finished_at)
    it.finished_at = e.at;
  if (e.status == item_status::queued || e.status == item_status::running)
    it.controller.reset();
  it.accounting_asked = e.status == item_status::settling;
}

tl::unexpected<io::error> wrong(std::string words) {
  return io::fail(io::errc::bad_reply, std::move(words));
}

io::result<kept_line> read_stream_line(object parsed) {
  const auto e = stream_event_in(parsed);
  if (!e)
    return wrong("an event with a field that is missing or of the wrong type");
  if (!tells_of_item(e->kind))
    return kept_event{e->kind, e->seq};
  kept_item kept{e->item, e->seq, {}};
  bool ok = true;
  object fields;
  if (parsed.at_key("kept").get(fields) != simdjson::SUCCESS)
    return wrong("an item's event without \"kept\": this journal is of a settle that could not resume runs");
  line_reader in(fields);
  read_kept(in, kept.now, ok);
  complete(kept.now, *e);
  if (!ok)
    return wrong("an item's \"kept\" with a field that is missing or of the wrong type");
  if (const auto broken = core::broken_rule(kept.now); !broken.empty())
    return wrong("an item's event that contradicts itself: " + std::string(broken));
  return kept;
}

kept_run read_run(line_reader& in) {
  kept_run run;
  run.facts.id = in.text("run");
  run.facts.title = in.text("title");
  run.facts.backend = in.text("backend");
  run.facts.created_at = in.text("created");
  run.facts.start_dir = in.text("start_dir");
  run.facts.home = in.text("home");
  run.facts.exit_records = in.truth("exit_records");
  run.max_concurrent = in.whole<std::size_t>("max_concurrent").value_or(0);
  in.need(!run.facts.id.empty() && !run.facts.backend.empty());
  return run;
}

kept_document read_document_line(line_reader& in) {
  kept_document doc{in.text("file"), in.whole<std::uint64_t>("tasks").value_or(0), in.text("generator")};
  // A name in the run's own folder, never a way out of it.
  in.need(!doc.file.empty() && doc.file.front() != '.' && doc.file.find('/') == std::string::npos);
  return doc;
}

kept_intent read_array_intent(line_reader& in) {
  kept_intent intent{in.text("item"), submission_of_token(in.text("token"))};
  const auto array = parts_of_token(in.text("array"));
  const auto index = in.whole<std::uint32_t>("index");
  in.need(!intent.item.empty() && intent.submission > 0 && array && index);
  if (array && index)
    intent.array = array_place{array->item, array->submission, *index};
  return intent;
}

io::result<kept_line> read_own_line(object parsed) {
  line_reader in(parsed);
  const std::string what = in.text("event");
  kept_line out = kept_cancel{};
  if (what == "array_intent") {
    out = read_array_intent(in);
  } else if (what == "run") {
    out = read_run(in);
  } else if (what == "document") {
    out = read_document_line(in);
  } else if (what == "intent") {
    kept_intent intent{in.text("item"), submission_of_token(in.text("token"))};
    in.need(!intent.item.empty() && intent.submission > 0);
    out = std::move(intent);
  } else if (what == "withdrawn") {
    kept_withdrawal withdrawn{in.text("item")};
    in.need(!withdrawn.item.empty());
    out = std::move(withdrawn);
  } else if (what != "cancel") {
    return wrong("an event \"" + what + "\" that this settle does not know: a newer one wrote it");
  }
  if (!in.ok())
    return wrong("a line of \"" + what + "\" with a field that is missing or of the wrong type");
  return out;
}

}  // namespace

io::result<kept_line> read_kept_line(std::string_view line) {
  static thread_local simdjson::dom::parser parser;  // keeps its buffers from line to line
  object parsed;
  if (parser.parse(line.data(), line.size()).get(parsed) != simdjson::SUCCESS)
    return wrong("no JSON object");
  line_reader in(parsed);
  if (in.whole<std::int32_t>("v") != journal_version)
    return wrong("a version that this settle does not know: a newer one wrote it");
  return kind_of(in.text("event")) ? read_stream_line(parsed) : read_own_line(parsed);
}

}  // namespace settle::actors

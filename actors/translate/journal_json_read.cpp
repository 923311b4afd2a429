#include "actors/keys.hpp"
#include "actors/translate/event_reader.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/object_fields.hpp"
#include "actors/translate/stream_words.hpp"

#include <array>
#include <utility>

namespace settle::actors {

namespace {

using core::item;
using core::item_status;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr int journal_version = 1;
static_assert(journal_version == stream_version, "one number for both kinds of lines");

/// In the order in which they are written.
using line = journal_fields;
constexpr std::array<field_of<line>, 39> line_table{{
    {"event", take<&line::event>},
    {"v", take<&line::v>},
    {"seq", take<&line::seq>},
    {"run", take<&line::run>},
    {"item", take<&line::item>},
    {"status", take<&line::status>},
    {"at", take<&line::at>},
    {"confirmed", take<&line::confirmed>},
    {"counts", take<&line::counts>},
    {"job_id", take<&line::job_id>},
    {"attempt", take<&line::attempt>},
    {"exit_code", take<&line::exit_code>},
    {"signal", take<&line::signal>},
    {"evidence", take<&line::evidence>},
    {"cause", take<&line::cause>},
    {"error", take<&line::error>},
    {"warning", take<&line::warning>},
    {"reason", take<&line::reason>},
    {"advice", take<&line::advice>},
    {"start", take<&line::start>},
    {"end", take<&line::end>},
    {"elapsed", take<&line::elapsed>},
    {"cpu_seconds", take<&line::cpu_seconds>},
    {"max_rss", take<&line::max_rss>},
    {"cpu_efficiency", take<&line::cpu_efficiency>},
    {"nodes", take<&line::nodes>},
    {"raw_state", take<&line::raw_state>},
    {"kept", [](line& out, const element& value) { return out.kept = value, true; }},
    {"title", take<&line::title>},
    {"backend", take<&line::backend>},
    {"created", take<&line::created>},
    {"start_dir", take<&line::start_dir>},
    {"home", take<&line::home>},
    {"exit_records", take<&line::exit_records>},
    {"max_concurrent", take<&line::max_concurrent>},
    {"file", take<&line::file>},
    {"tasks", take<&line::tasks>},
    {"generator", take<&line::generator>},
    {"token", take<&line::token>},
}};

/// An item's member "kept", as it stands there.
struct kept_fields {
  std::optional<std::uint32_t> submissions, restarts;
  bool ever_running = false, cancel_asked = false, rerun_reported = false, row_seen = false;
  std::optional<std::int64_t> first_submit, submit, start, finished_at;
  std::optional<std::int32_t> exit, exit_signal;
  std::optional<object> controller;
  std::string_view given_up;
};
constexpr std::array<field_of<kept_fields>, 14> kept_table{{
    {"submissions", take<&kept_fields::submissions>},
    {"ever_running", take<&kept_fields::ever_running>},
    {"cancel_asked", take<&kept_fields::cancel_asked>},
    {"rerun_reported", take<&kept_fields::rerun_reported>},
    {"row_seen", take<&kept_fields::row_seen>},
    {"first_submit", take<&kept_fields::first_submit>},
    {"submit", take<&kept_fields::submit>},
    {"start", take<&kept_fields::start>},
    {"restarts", take<&kept_fields::restarts>},
    {"finished_at", take<&kept_fields::finished_at>},
    {"exit", take<&kept_fields::exit>},
    {"exit_signal", take<&kept_fields::exit_signal>},
    {"controller", take<&kept_fields::controller>},
    {"given_up", take<&kept_fields::given_up>},
}};

/// The controller's record in it.
struct controller_fields {
  std::optional<std::uint8_t> means;
  std::string_view cause, word, reason;
  std::optional<std::int32_t> exit, exit_signal;
  std::optional<std::uint32_t> restarts;
  std::optional<std::int64_t> submit, start, end;
};
constexpr std::array<field_of<controller_fields>, 10> controller_table{{
    {"means", take<&controller_fields::means>},
    {"cause", take<&controller_fields::cause>},
    {"exit", take<&controller_fields::exit>},
    {"exit_signal", take<&controller_fields::exit_signal>},
    {"restarts", take<&controller_fields::restarts>},
    {"submit", take<&controller_fields::submit>},
    {"start", take<&controller_fields::start>},
    {"end", take<&controller_fields::end>},
    {"word", take<&controller_fields::word>},
    {"reason", take<&controller_fields::reason>},
}};

bool read_controller(const object& from, core::boxed<core::listed_job>& out) {
  controller_fields in;
  if (!read_fields(from, controller_table, in) ||
      in.means.value_or(0xff) > static_cast<std::uint8_t>(core::meaning::requeued))
    return false;
  core::listed_job job;
  job.means = static_cast<core::meaning>(*in.means);
  if (!in.cause.empty()) {
    const auto why = core::cause_from_text(in.cause);
    if (!why)
      return false;
    job.why = *why;
  }
  job.exact = {in.exit, in.exit_signal};
  job.restarts = in.restarts;
  job.submit = in.submit;
  job.start = in.start;
  job.end = in.end;
  job.word = in.word;
  job.reason = in.reason;
  out = std::move(job);
  return true;
}

bool read_kept(const object& from, item& it) {
  kept_fields in;
  if (!read_fields(from, kept_table, in))
    return false;
  it.submissions = in.submissions.value_or(0);
  it.ever_running = in.ever_running;
  it.cancel_asked = in.cancel_asked;
  it.rerun_reported = in.rerun_reported;
  it.accounting_row_seen = in.row_seen;
  it.first_submit = in.first_submit;
  it.submit = in.submit;
  it.start = in.start;
  it.restarts = in.restarts;
  if (in.finished_at)
    it.finished_at = core::duration{*in.finished_at};
  if (in.exit || in.exit_signal)
    it.exact = core::exit_status{in.exit, in.exit_signal};
  if (!in.given_up.empty())
    it.given_up = std::string(in.given_up);
  return !in.controller || read_controller(*in.controller, it.controller);
}

core::verdict verdict_in(const kept_event& e) {
  const journal_fields& in = *e.fields;
  core::verdict v;
  v.status = e.status;
  v.who = e.who;
  v.why = e.why;
  v.exit_code = in.exit_code;
  v.signal = in.signal;
  v.error = in.error;
  v.warning = in.warning;
  v.facts = details_in(in);
  return v;
}

/// The item as the event shows it, brought to what holds of every item (core::check).
void complete(item& it, const kept_event& e) {
  it.status = e.status;
  it.attempt = e.fields->attempt.value_or(0);
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

kept_run run_in(const journal_fields& in) {
  kept_run run;
  run.facts.id = in.run;
  run.facts.title = in.title;
  run.facts.backend = in.backend;
  run.facts.created_at = in.created;
  run.facts.start_dir = in.start_dir;
  run.facts.home = in.home;
  run.facts.exit_records = in.exit_records;
  run.max_concurrent = in.max_concurrent.value_or(0);
  return run;
}

/// A name in the run's own folder, never a way out of it.
bool is_plain_name(std::string_view file) {
  return !file.empty() && file.front() != '.' && file.find('/') == std::string_view::npos;
}

io::result<kept_line> read_own_line(const journal_fields& in) {
  kept_line out = kept_cancel{};
  bool whole = in.good;
  if (in.event == "run") {
    whole = whole && !in.run.empty() && !in.backend.empty();
    out = run_in(in);
  } else if (in.event == "document") {
    whole = whole && is_plain_name(in.file);
    out = kept_document{std::string(in.file), in.tasks.value_or(0), std::string(in.generator)};
  } else if (in.event == "intent") {
    const kept_intent intent{in.item, submission_of_token(in.token)};
    whole = whole && !intent.item.empty() && intent.submission > 0;
    out = intent;
  } else if (in.event == "withdrawn") {
    whole = whole && !in.item.empty();
    out = kept_withdrawal{in.item};
  } else if (in.event != "cancel") {
    return wrong("an event \"" + std::string(in.event) +
                 "\" that this settle does not know: a newer one wrote it");
  }
  if (!whole)
    return wrong("a line of \"" + std::string(in.event) +
                 "\" with a field that is missing or of the wrong type");
  return out;
}

}  // namespace

io::result<item> item_after(const kept_event& said) {
  const auto& kept = said.fields->kept;
  object from;
  if (!kept || kept->get(from) != simdjson::SUCCESS)
    return wrong("an item's event without \"kept\": this journal is of a settle that could not resume runs");
  io::result<item> now;
  if (!read_kept(from, *now))
    return wrong("an item's \"kept\" with a field that is missing or of the wrong type");
  complete(*now, said);
  if (const auto broken = core::broken_rule(*now); !broken.empty())
    return wrong("an item's event that contradicts itself: " + std::string(broken));
  return now;
}

io::result<kept_line> read_kept_line(std::string_view text) {
  static thread_local simdjson::dom::parser parser;  // keeps its buffers from line to line
  static thread_local journal_fields in;
  object parsed;
  if (parser.parse(text.data(), text.size()).get(parsed) != simdjson::SUCCESS)
    return wrong("no JSON object");
  in = {};
  in.good = read_fields(parsed, line_table, in);
  if (in.v != journal_version)
    return wrong("a version that this settle does not know: a newer one wrote it");
  const auto kind = kind_of(in.event);
  if (!kind)
    return read_own_line(in);
  kept_event e;
  if (!read_event(*kind, in, e))
    return wrong("an event with a field that is missing or of the wrong type");
  return e;
}

}  // namespace settle::actors

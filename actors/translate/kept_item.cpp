// An item as the rules need it, from the fields of its event's line.
#include "actors/translate/event_reader.hpp"
#include "actors/translate/journal_json.hpp"

#include <utility>

namespace settle::actors {

namespace {

using core::item;
using core::item_status;

bool read_controller(const controller_fields& in, core::boxed<core::listed_job>& out) {
  if (in.means.value_or(0xff) > static_cast<std::uint8_t>(core::meaning::requeued))
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

bool read_kept(const kept_fields& in, item& it) {
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

}  // namespace

io::result<item> item_after(const kept_event& said) {
  const auto& kept = said.fields->kept;
  if (!kept)
    return io::fail(
        io::errc::bad_reply,
        "an item's event without \"kept\": this journal is of a settle that could not resume runs");
  io::result<item> now;
  if (!read_kept(*kept, *now))
    return io::fail(io::errc::bad_reply,
                    "an item's \"kept\" with a field that is missing or of the wrong type");
  complete(*now, said);
  if (const auto broken = core::broken_rule(*now); !broken.empty())
    return io::fail(io::errc::bad_reply, "an item's event that contradicts itself: " + std::string(broken));
  return now;
}

}  // namespace settle::actors

#include "actors/item_life.hpp"

#include "actors/event_of.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

using core::effect;
using core::event;
using core::event_kind;
using core::item_status;
using core::submission;
using judged = core::judgement::kind;

namespace {

clock_kind clock_of(item_status s) {
  return s == item_status::submitted  ? clock_kind::submitted
         : s == item_status::settling ? clock_kind::settling
         : s == item_status::queued   ? clock_kind::stuck
                                      : clock_kind::none;
}

/// The exit code with which this event would end the item, if it would.
std::optional<std::int32_t> ending_code(const event& e) {
  if (e.kind == event_kind::accounting_answered && e.judged->what == judged::failure)
    return e.judged->reached.exit_code;
  if (e.kind == event_kind::listed_failed)
    return e.job->exact.exit;
  if (e.kind == event_kind::process_ended || e.witnessed)
    return e.ended->exit_code;
  return std::nullopt;
}

void call_launch_failure(event& e, const std::string& words) {
  if (e.kind == event_kind::listed_failed) {
    e.job.write().why = core::cause::launch_failure;
    e.job.write().reason = words;
    return;
  }
  auto& v = e.kind == event_kind::process_ended || e.witnessed ? e.ended.write() : e.judged.write().reached;
  v.why = core::cause::launch_failure;
  v.error = words;
}

bool is_verdict_of_accounting(const event& e) {
  return e.kind == event_kind::accounting_answered &&
         (e.judged->what == judged::success || e.judged->what == judged::failure);
}

}  // namespace

item_life::item_life(core::item it, bool keeps_record, std::shared_ptr<const core::policy> rules,
                     item_port& port)
    : item_(std::move(it)), rules_(std::move(rules)), port_(port), keeps_record_(keeps_record) {}

void item_life::begin(core::instant at) {
  const bool to_submit = item_.sub == submission::none || item_.sub == submission::deferred;
  if (item_.status == item_status::pending && to_submit) {
    apply(event_of(event_kind::submit_asked, at));
    port_.order();
    return;
  }
  // After a restart of this actor or of the backend: say again what is wanted.
  needs_.accounting = item_.accounting_asked;
  needs_ = wanted_needs();
  told_needs_ = needs_;
  clock_ = item_.clock_running ? clock_of(item_.status) : clock_kind::none;
  port_.watch({.job_id = item_.job_id, .last_submit = item_.submit, .needs = needs_, .clock = clock_});
  if (item_.cancel_asked && item_.job_id != 0)
    port_.cancel(item_.job_id);
}

void item_life::receive(event e, std::vector<core::account_row> rows) {
  if (reading_) {
    held_.push_back({std::move(e), std::move(rows)});
    return;
  }
  if (e.kind == event_kind::accounting_answered)
    judge(e, rows);
  if (must_wait(e)) {
    reading_ = true;
    held_.insert(held_.begin(), held{std::move(e), std::move(rows)});
    return;
  }
  witness_fresh_ = false;
  apply(std::move(e));
}

void item_life::judge(event& e, const std::vector<core::account_row>& rows) const {
  core::job_identity ours{item_.job_id, item_.first_submit, item_.submit};
  auto exact = item_.exact;
  if (!exact && witness_)
    exact = core::exit_status{witness_->exit, std::nullopt};
  e.judged = core::judge(rows, ours, exact, rules_->derived_exit_fails,
                         item_.batch_missing_cycles >= core::limits::batch_row_missing_cycles_max);
}

/// Some file must be read before this event can be applied; its reading is asked for.
bool item_life::must_wait(event& e) {
  if (wants_witness(e)) {
    port_.ask_witness();
    return true;
  }
  use_witness(e);
  // A job that ended with launch_failure_exit may have been unable to start: its error file knows.
  if (ending_code(e) != tasks::launch_failure_exit)
    return false;
  if (!mark_) {
    port_.ask_mark();
    return true;
  }
  if (mark_->found)
    call_launch_failure(e, mark_->words);
  return false;
}

bool item_life::wants_witness(const event& e) const {
  if (!keeps_record_ || rules_->witness == core::witness_use::off || witness_fresh_ || item_.job_id == 0)
    return false;
  switch (e.kind) {
  case event_kind::accounting_disabled:
  case event_kind::no_record_due:
    return item_.denied && !item_.controller && !item_.candidate && !item_.reached;
  case event_kind::accounting_answered:
    if (witness_ || !is_verdict_of_accounting(e))
      return false;
    return rules_->witness == core::witness_use::on || e.judged->code_may_be_cut;
  default:
    return false;
  }
}

/// The record speaks for this life of the job alone, and only of how the script itself ended.
void item_life::use_witness(event& e) const {
  if (!witness_)
    return;
  if (e.kind == event_kind::accounting_disabled || e.kind == event_kind::no_record_due) {
    e.witnessed = true;
    e.ended = core::from_witness({witness_->exit, std::nullopt}, witness_->start, witness_->end);
  } else if (is_verdict_of_accounting(e)) {
    core::compare_with_witness(e.judged.write().reached, witness_->exit);
  }
}

void item_life::mark_answered(launch_mark mark) {
  mark_ = std::move(mark);
  go_on();
}

void item_life::witness_answered(std::optional<exit_witness> record) {
  // A record of an earlier life, or of a job that had our token before: not this one's end.
  if (record && (record->job_id != item_.job_id || record->restarts < item_.restarts.value_or(0)))
    record.reset();
  witness_.reset();
  if (record)
    witness_ = *record;
  witness_fresh_ = true;
  go_on();
}

void item_life::go_on() {
  if (!reading_)
    return;
  reading_ = false;
  auto waiting = std::exchange(held_, {});
  for (auto& o : waiting)
    receive(std::move(o.what), std::move(o.rows));
}

void item_life::apply(event e) {
  if (item_.reached && core::is_confirmed(*item_.reached))
    return;
  const auto before = item_.status;
  const auto sub_before = item_.sub;
  const bool row_seen = item_.accounting_row_seen;
  auto effects = core::advance(item_, e, *rules_);
  carry_out(e, effects);
  if (item_.status == item_status::queued || item_.status == item_status::running)
    witness_.reset();  // whatever it told was of an earlier life
  auto wants_report = [](effect f) {
    return f != effect::ask_accounting && f != effect::stop_accounting && f != effect::start_clock &&
           f != effect::stop_clock && f != effect::search_token && f != effect::cancel_job;
  };
  const bool again = std::count(effects.begin(), effects.end(), effect::submit_again) != 0;
  // That accounting knows it must outlive this actor: another one would call it never recorded.
  if (item_.status != before || item_.sub != sub_before || item_.accounting_row_seen != row_seen ||
      std::any_of(effects.begin(), effects.end(), wants_report))
    port_.report(item_, std::move(effects), e.at);
  // An unconfirmed completion keeps its actor while the run lasts: late accounting may still tell.
  if (again || (item_.reached && core::is_confirmed(*item_.reached)))
    port_.done();
}

void item_life::carry_out(const event& e, const std::vector<effect>& effects) {
  for (auto f : effects) {
    switch (f) {
    case effect::ask_accounting:
      needs_.accounting = true;
      break;
    case effect::stop_accounting:
      needs_.accounting = false;
      break;
    case effect::start_clock:
      // When the limit passed and nothing could be decided yet, the same limit stays in force; another one begins.
      if (e.kind != event_kind::no_record_due || clock_ != clock_of(item_.status))
        port_.clock(clock_of(item_.status));
      clock_ = clock_of(item_.status);
      break;
    case effect::stop_clock:
      clock_ = clock_kind::none;
      port_.clock(clock_kind::none);
      break;
    case effect::cancel_job:
      port_.cancel(item_.job_id);
      break;
    default:
      break;  // the supervisor's part, or told by tell_needs
    }
  }
  // A cancel that only waits for sbatch's answer is for the backend too: it may not have started that sbatch yet.
  if (e.kind == event_kind::cancel_asked && item_.status == item_status::pending)
    port_.cancel(0);
  tell_needs();
}

item_needs item_life::wanted_needs() const {
  auto wanted = needs_;
  wanted.listings = item_.listings_needed > 0;
  wanted.search = item_.sub == submission::unclear;
  wanted.backlog = item_.backlog_asked;
  return wanted;
}

void item_life::tell_needs() {
  const auto wanted = wanted_needs();
  if (wanted == told_needs_)
    return;
  needs_ = told_needs_ = wanted;
  port_.needs(needs_);
}

void item_life::report_again() {
  port_.report(item_, {}, {});
}

}  // namespace settle::actors

// The item's life where it depends on what jobs leave in files: launch failure marks, exit records, and claims.
#include "actors/event_of.hpp"
#include "actors/item_life.hpp"
#include "io/tasks/job_script.hpp"

#include <utility>

namespace settle::actors {

using core::event;
using core::event_kind;
using core::submission;
using judged = core::judgement::kind;

namespace {

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

/// Nobody ever had a record of its job, and that is about to be its verdict: no job of its may begin after that.
bool item_life::ends_unrecorded(const event& e) const {
  return e.kind == event_kind::no_record_due && item_.status == core::item_status::submitted &&
         e.accounting_caught_up && !e.rest_of_array && !item_.candidate && item_.accounting_attempts > 0 &&
         !item_.accounting_row_seen && !item_.accounting_off;
}

/// The claim says who runs it. It is asked where that may be somebody else than the job that is watched: that one ended as
/// those do that run nothing, or none was found and another is to be submitted, or the item is given up.
bool item_life::wants_claim(const event& e) const {
  if (!files_.claim || claim_fresh_ || (item_.reached && core::is_confirmed(*item_.reached)))
    return false;
  if (e.kind == event_kind::search_silent)
    return item_.sub == submission::unclear;
  return ends_unrecorded(e) || (item_.job_id != 0 && ending_code(e) == tasks::launch_failure_exit);
}

/// False: nothing follows from the event yet.
bool item_life::use_claim(event& e) {
  using tasks::claim_holder;
  const bool searched = e.kind == event_kind::search_silent;
  const bool unrecorded = ends_unrecorded(e);
  if (!searched && !unrecorded && ending_code(e) != tasks::launch_failure_exit)
    return true;
  const auto who = claim_->who;
  if (who == claim_holder::job && claim_->job_id != item_.job_id) {
    e = event_of(event_kind::claim_found, e.at, "found by its claim");
    e.job_id = claim_->job_id;
    return true;
  }
  if (unrecorded) {
    if (who == claim_holder::job || who == claim_holder::unreadable)
      e.words = "its script had begun: it left a claim";
    return who != claim_holder::unknown;
  }
  if (who == claim_holder::settle) {
    if (!searched)
      call_launch_failure(e, "settle had given this submission up before its job began: nothing was run");
    return true;
  }
  if (!searched)
    return true;
  // It could not be taken: who knows who has it. One that is being written will be whole at the next silence.
  if (who != claim_holder::unreadable || ++claims_unreadable_ < core::limits::claim_unreadable_looks)
    return false;
  e = event_of(event_kind::claim_unreadable, e.at,
               "a job of its began and left a claim that does not say which (" + claim_->trouble +
                   "); neither the queue nor accounting knows one");
  return true;
}

/// An item that was left unclear: whoever was here may have decided already to submit it anew, and its job may have begun.
void item_life::first_look() {
  const auto at = *std::exchange(looking_, std::nullopt);
  if (claim_->who == tasks::claim_holder::settle || claim_->who == tasks::claim_holder::job)
    held_.insert(held_.begin(), held{event_of(event_kind::search_silent, at), {}});
  else
    claim_fresh_ = false;
}

bool item_life::wants_witness(const event& e) const {
  if (!files_.exit_record || rules_->witness == core::witness_use::off || witness_fresh_ || item_.job_id == 0)
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

void item_life::claim_answered(tasks::claim found) {
  if (!reading_)
    return;
  claim_ = std::move(found);
  claim_fresh_ = true;
  if (looking_)
    first_look();
  go_on();
}

}  // namespace settle::actors

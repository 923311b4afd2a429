#include "actors/item_life.hpp"

#include "actors/event_of.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

using core::effect;
using core::event;
using core::event_kind;
using core::item_status;
using core::submission;

namespace {

clock_kind clock_of(item_status s) {
  return s == item_status::submitted  ? clock_kind::submitted
         : s == item_status::settling ? clock_kind::settling
         : s == item_status::queued   ? clock_kind::stuck
                                      : clock_kind::none;
}

}  // namespace

item_life::item_life(core::item it, job_files files, std::shared_ptr<const core::policy> rules,
                     item_port& port)
    : item_(std::move(it)), rules_(std::move(rules)), port_(port), files_(files) {}

void item_life::begin(core::instant at) {
  const bool to_submit = item_.sub == submission::none || item_.sub == submission::deferred;
  if (item_.status == item_status::pending && to_submit) {
    apply(event_of(event_kind::submit_asked, at));
    port_.order();
    return;
  }
  // After a restart of this actor or of the backend: say again what is wanted.
  watch_job();
  if (item_.cancel_asked && item_.job_id != 0)
    port_.cancel(item_.job_id);
  // Whoever was here before may have given the submission up, or its job may have begun.
  if (item_.sub == submission::unclear && files_.claim && !std::exchange(reading_, true)) {
    looking_ = at;
    port_.ask_claim(false);
  }
}

void item_life::watch_job() {
  needs_.accounting = item_.accounting_asked;
  needs_ = told_needs_ = wanted_needs();
  clock_ = item_.clock_running ? clock_of(item_.status) : clock_kind::none;
  port_.watch({.job_id = item_.job_id, .last_submit = item_.submit, .needs = needs_, .clock = clock_});
}

void item_life::receive(event e, std::vector<core::account_row> rows) {
  if (reading_) {
    held_.push_back({std::move(e), std::move(rows)});
    return;
  }
  if (e.kind == event_kind::accounting_answered)
    judge(e, rows);
  if (wants_claim(e)) {
    reading_ = true;
    port_.ask_claim(e.kind == event_kind::search_silent || e.kind == event_kind::no_record_due);
  } else if (claim_fresh_ && !use_claim(e)) {
    claim_fresh_ = false;
    return;
  } else if (must_wait(e)) {
    reading_ = true;
  }
  if (reading_) {
    held_.insert(held_.begin(), held{std::move(e), std::move(rows)});
    return;
  }
  witness_fresh_ = claim_fresh_ = false;
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
  const auto job_before = item_.job_id;
  auto effects = core::advance(item_, e, *rules_);
  carry_out(e, effects);
  if (e.kind == event_kind::claim_found && item_.job_id != job_before) {
    watch_job();
    mark_.reset();
    witness_.reset();
  }
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

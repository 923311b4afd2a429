#include "actors/item.hpp"

#include "actors/event_of.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>

namespace settle::actors {

using core::effect;
using core::event;
using core::event_kind;
using core::item_status;
using core::submission;

namespace {

/// Reading one file's end; a file server that hangs must not hold a verdict for ever.
constexpr auto mark_deadline = std::chrono::seconds{20};

clock_kind clock_of(item_status s) {
  return s == item_status::submitted  ? clock_kind::submitted
         : s == item_status::settling ? clock_kind::settling
                                      : clock_kind::none;
}

/// The exit code with which this event would end the item, if it would.
std::optional<std::int32_t> ending_code(const event& e) {
  using kind = core::judgement::kind;
  if (e.kind == event_kind::accounting_answered && e.judged.what == kind::failure)
    return e.judged.reached.exit_code;
  if (e.kind == event_kind::listed_failed)
    return e.job.exact.exit;
  if (e.kind == event_kind::process_ended)
    return e.ended.exit_code;
  return std::nullopt;
}

void call_launch_failure(event& e, const std::string& words) {
  if (e.kind == event_kind::listed_failed) {
    e.job.why = core::cause::launch_failure;
    e.job.reason = words;
    return;
  }
  auto& v = e.kind == event_kind::process_ended ? e.ended : e.judged.reached;
  v.why = core::cause::launch_failure;
  v.error = words;
}

}  // namespace

item_actor::item_actor(caf::actor_config& cfg, item_key key, core::item it,
                       std::shared_ptr<const job_spec> spec, item_links links)
    : caf::event_based_actor(cfg), key_(key), item_(std::move(it)), spec_(std::move(spec)),
      links_(std::move(links)) {}

caf::behavior item_actor::make_behavior() {
  return {
      [this](const item_begin& m) { begin(m.at); },
      [this](observed& m) { receive(std::move(m)); },
      [this](const supervisor_changed& m) {
        links_.supervisor = m.supervisor;
        report({}, {});
      },
      [this](const backend_changed& m) {
        links_.backend = m.backend;
        begin({});
      },
      [this](const reader_changed& m) { links_.reader = m.reader; },
  };
}

void item_actor::on_exit() {
  links_ = {};
}

void item_actor::begin(core::instant at) {
  const bool to_submit = item_.sub == submission::none || item_.sub == submission::deferred;
  if (item_.status == item_status::pending && to_submit) {
    apply(event_of(event_kind::submit_asked, at));
    compat::send(this, links_.backend, job_order{key_, spec_, caf::actor_cast<caf::actor>(this)});
    return;
  }
  // After a restart of this actor or of the backend: say again what is wanted.
  needs_.accounting = item_.accounting_asked;
  needs_.listings = item_.listings_needed > 0;
  needs_.search = item_.sub == submission::unclear;
  told_needs_ = needs_;
  compat::send(this, links_.backend,
               job_watch{key_, item_.job_id, spec_->job_name, item_.first_submit, needs_,
                         item_.clock_running ? clock_of(item_.status) : clock_kind::none,
                         caf::actor_cast<caf::actor>(this)});
  if (item_.cancel_asked && item_.job_id != 0)
    compat::send(this, links_.backend, job_cancel{key_, item_.job_id});
}

void item_actor::receive(observed o) {
  if (mark_asked_ && !mark_) {
    held_.push_back(std::move(o));
    return;
  }
  auto& e = o.what;
  if (e.kind == event_kind::accounting_answered) {
    core::job_identity ours{item_.job_id, item_.first_submit, item_.not_before};
    e.judged = core::judge(o.rows, ours, item_.exact, links_.rules->derived_exit_fails,
                           item_.batch_missing_cycles >= core::limits::batch_row_missing_cycles_max);
  }
  if (ending_code(e) == tasks::launch_failure_exit) {
    if (!mark_) {
      ask_for_mark();
      held_.push_back(std::move(o));
      return;
    }
    if (mark_ && mark_->found)
      call_launch_failure(e, mark_->words);
  }
  apply(std::move(e));
}

void item_actor::ask_for_mark() {
  mark_asked_ = true;
  compat::request(this, links_.reader, mark_deadline, read_mark{spec_->error_file, spec_->token, {}})
      .then([this](const mark_came& m) { mark_answered(m); },
            [this](const caf::error&) { mark_answered({}); });
}

void item_actor::mark_answered(const mark_came& mark) {
  mark_ = mark;
  auto waiting = std::move(held_);
  held_.clear();
  for (auto& o : waiting)
    receive(std::move(o));
}

void item_actor::apply(event e) {
  if (item_.reached && core::is_confirmed(*item_.reached))
    return;
  const auto before = item_.status;
  const auto sub_before = item_.sub;
  auto effects = core::advance(item_, e, *links_.rules);
  carry_out(e, effects);
  auto wants_report = [](effect f) {
    return f != effect::ask_accounting && f != effect::stop_accounting && f != effect::start_clock &&
           f != effect::stop_clock && f != effect::search_token && f != effect::cancel_job;
  };
  const bool again = std::count(effects.begin(), effects.end(), effect::submit_again) != 0;
  if (item_.status != before || item_.sub != sub_before ||
      std::any_of(effects.begin(), effects.end(), wants_report))
    report(std::move(effects), e.at);
  // An unconfirmed completion keeps its actor while the run lasts: late accounting may still tell.
  if (again || (item_.reached && core::is_confirmed(*item_.reached)))
    quit();
}

void item_actor::carry_out(const event& e, const std::vector<effect>& effects) {
  for (auto f : effects) {
    switch (f) {
    case effect::ask_accounting:
      needs_.accounting = true;
      break;
    case effect::stop_accounting:
      needs_.accounting = false;
      break;
    case effect::start_clock:
      // When the limit passed and nothing could be decided yet, the same limit stays in force.
      if (e.kind != event_kind::no_record_due)
        compat::send(this, links_.backend, clock_changed{key_, clock_of(item_.status)});
      break;
    case effect::stop_clock:
      compat::send(this, links_.backend, clock_changed{key_, clock_kind::none});
      break;
    case effect::cancel_job:
      compat::send(this, links_.backend, job_cancel{key_, item_.job_id});
      break;
    default:
      break;  // the supervisor's part, or told by tell_needs
    }
  }
  // A cancel that only waits for sbatch's answer is for the backend too: it may not have started that sbatch yet.
  if (e.kind == event_kind::cancel_asked && item_.status == item_status::pending)
    compat::send(this, links_.backend, job_cancel{key_, 0});
  tell_needs();
}

void item_actor::tell_needs() {
  auto wanted = needs_;
  wanted.listings = item_.listings_needed > 0;
  wanted.search = item_.sub == submission::unclear;
  if (wanted == told_needs_)
    return;
  needs_ = told_needs_ = wanted;
  compat::send(this, links_.backend, needs_changed{key_, needs_});
}

void item_actor::report(std::vector<effect> effects, core::instant at) {
  compat::send(this, links_.supervisor,
               item_report{key_, std::make_shared<const core::item>(item_), std::move(effects), at});
}

}  // namespace settle::actors

// The supervisor's part that starts items and takes their reports.
#include "actors/supervisor.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"
#include "actors/translate/journal_json.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace settle::actors {

using core::effect;
using core::event_kind;
using core::item_index;
using core::item_status;
using core::stream_kind;
using core::submission;

namespace {

/// What keeps it in the queue, as far as people are told of it.
std::string_view told_reason(const core::item& it) {
  return it.reason_told ? std::string_view{it.reason} : std::string_view{};
}

}  // namespace

std::size_t supervisor_actor::slots_used() const {
  std::size_t used = 0;
  for (const auto& [number, r] : state_->runs)
    used += r.trouble.empty() ? r.book.run().slots_used() : r.live.size();
  return used;
}

void supervisor_actor::fill_slots() {
  const auto max = state_->config.max_concurrent;
  if (const auto used = slots_used(); !state_->detaching && (max == 0 || used < max))
    share_out(max == 0 ? SIZE_MAX : max - used);
  for (auto& [number, r] : state_->runs)
    flush(number, r);
}

/// Each free slot goes to the run that has the fewest of those that can use one; of equals, in turn, going on behind the
/// run that was served last. In turn alone would not do: runs whose jobs are long would keep every slot they get, and
/// one whose jobs are short would soon have none.
void supervisor_actor::share_out(std::size_t slots) {
  struct claim {
    std::size_t has, turn;
    run_number number;
    supervised_run* run;
    bool operator<(const claim& other) const {  // a heap's first is its greatest
      return std::tie(has, turn) > std::tie(other.has, other.turn);
    }
  };
  std::vector<claim> claims;
  const auto& runs = state_->runs;
  for (auto& [number, r] : state_->runs)
    if (r.trouble.empty() && !r.finished && r.book.run().can_take())
      claims.push_back(
          {r.book.run().slots_used(), number > state_->last_served ? 0 : runs.size(), number, &r});
  for (auto& c : claims)  // in the map's order, from behind the run that was served last
    c.turn += static_cast<std::size_t>(&c - claims.data());
  std::make_heap(claims.begin(), claims.end());
  for (; slots > 0 && !claims.empty(); --slots) {
    std::pop_heap(claims.begin(), claims.end());
    auto& next = claims.back();
    next.run->intended.push_back(*next.run->book.run().take_ready());
    state_->last_served = next.number;
    if (next.run->book.run().can_take()) {
      ++next.has;
      next.turn += 2 * runs.size();
      std::push_heap(claims.begin(), claims.end());
    } else {
      claims.pop_back();
    }
  }
}

void supervisor_actor::start_actor(run_number number, supervised_run& r, item_index index, core::item it,
                                   item_job job) {
  const auto crew = state_->config.lone_items ? caf::make_counted<item_crew>(system()) : state_->crew;
  auto handle = spawn_light<item_actor>(system(), crew, item_key{number, index}, std::move(it), job, links());
  compat::send(this, handle, item_begin{state_->config.now()});
  state_->actors[handle.id()] = {number, index};
  r.live.insert_or_assign(index, live_item{std::move(handle), std::move(job)});
}

std::shared_ptr<const item_links> supervisor_actor::links() {
  auto known = links_.lock();
  if (!known || known->backend != backend_ || known->reader != reader_) {
    known = std::make_shared<const item_links>(
        item_links{caf::actor_cast<caf::actor>(this), backend_, reader_, rules_, state_->postman});
    links_ = known;
  }
  return known;
}

void supervisor_actor::release(supervised_run& r, item_index index) {
  auto i = r.live.find(index);
  if (i == r.live.end())
    return;
  state_->actors.erase(i->second.handle.id());
  r.live.erase(i);
}

void supervisor_actor::reported(item_report& m) {
  auto* r = find(m.key.run);
  if (!r)
    return;
  const auto& row = r->book.run().at(m.key.index);
  if (row.reached && (core::is_confirmed(*row.reached) || row.reached == m.now.reached))
    return;  // an unconfirmed completion said again, to a new supervisor, corrects nothing
  const bool corrected = row.reached.has_value();
  const bool document_wanted = m.now.document_wanted && !row.document_wanted;
  if (m.now.sub == submission::asked)
    r->asking.insert(m.key.index);
  else
    r->asking.erase(m.key.index);
  const auto shown = row.status;
  const auto attempt = row.attempt;
  const bool reason_changed = told_reason(row) != told_reason(m.now);
  const bool job_changed = row.job_id != 0 && row.job_id != m.now.job_id;
  const bool moved = m.now.status != shown || (m.now.attempt != attempt && shown != item_status::pending);
  const bool confirmed = m.now.reached && core::is_confirmed(*m.now.reached);
  auto change = r->book.run().update(m.key.index, std::move(m.now));
  auto wall = m.at.wall == core::duration{} ? state_->config.now().wall : m.at.wall;
  if (corrected)
    r->book.tell_item(m.key.index, stream_kind::verdict_corrected, wall);
  else if (moved || reason_changed || job_changed)
    r->book.tell_item(m.key.index, stream_kind::item, wall);
  if (document_wanted)
    ask_for_document(m.key, *r);
  if (m.submit_again)
    submit_later(m.key, *r);
  if (confirmed) {
    let_go(m.key, *r, true);
    r->book.place(m.key.index, std::nullopt);
    r->book.forget_task(m.key.index);
  }
  tell_changes(m.key.run, *r, change, wall);
}

void supervisor_actor::ask_for_document(item_key key, supervised_run& r) {
  auto i = r.live.find(key.index);
  if (i == r.live.end())
    return;
  // A local process wrote with this kernel: what it wrote is there when it has ended.
  auto wait = state_->config.local ? core::duration{} : core::limits::generated_document_wait;
  compat::send(this, reader_,
               read_document{key, i->second.job.generates_source(), r.book.inherited_by(key.index), wait,
                             caf::actor_cast<caf::actor>(this)});
}

void supervisor_actor::read_again_for(run_number number, supervised_run& r, item_index index) {
  if (r.book.run().at(index).document_wanted)
    ask_for_document({number, index}, r);
}

void supervisor_actor::submit_later(item_key key, supervised_run& r) {
  let_go(key, r, false);
  if (cancel_wanted(r, key.index)) {
    cancel_without_actor(key.run, r, key.index);
    return;
  }
  r.book.note(withdrawn_line(r.book.run().tasks().id(key.index)));
  auto deferred = r.book.run().at(key.index).sub == submission::deferred;
  auto wait = deferred ? core::submit_backoff(++r.deferrals[key.index]) : core::duration{};
  if (deferred && r.deferrals[key.index] == 1)
    r.book.tell_notice("sbatch puts off \"" + r.book.run().tasks().id(key.index) +
                           "\": " + r.book.run().at(key.index).reason.str(),
                       state_->config.now().wall);
  r.retries.insert(key.index);
  compat::delayed_send(this, caf::actor_cast<caf::actor>(this), wait, retry_due{key});
}

/// Its actor is done. The backend keeps what it knows of the item until here, lest a report that was lost with a
/// supervisor could never be made again.
void supervisor_actor::let_go(item_key key, supervised_run& r, bool ended) {
  release(r, key.index);
  state_->let_go.push_back({key, ended});
}

void supervisor_actor::tell_let_go() {
  if (!state_->let_go.empty())
    compat::send(this, backend_, jobs_forget{std::exchange(state_->let_go, {})});
}

/// Somebody requeued a job whose item has its verdict: told once, and nothing else changes.
void supervisor_actor::seen_again(const job_seen_again& m) {
  auto* r = find(m.key.run);
  if (!r || r->finished)
    return;
  auto now = r->book.run().at(m.key.index);
  const auto effects = core::advance(now, m.what, *rules_);
  if (std::count(effects.begin(), effects.end(), effect::report_rerun) == 0)
    return;
  r->book.run().update(m.key.index, now);
  r->book.tell_item(m.key.index, stream_kind::rerun, m.what.at.wall);
  flush(m.key.run, *r);
}

void supervisor_actor::retry(item_key key) {
  auto* r = find(key.run);
  if (!r || r->retries.erase(key.index) == 0 || core::is_terminal(r->book.run().at(key.index).status))
    return;
  tell_changes(key.run, *r, r->book.run().give_back(key.index), state_->config.now().wall);
  fill_slots();
}

/// What an item's report did to others, and to the run.
void supervisor_actor::tell_changes(run_number number, supervised_run& r, const core::run_change& change,
                                    core::duration wall) {
  for (auto i : change.doomed)
    r.book.tell_item(i, stream_kind::item, wall);
  if (change.finished) {
    r.finished = true;
    r.book.tell_finished(wall);
    conclude(number, r);
  }
}

void supervisor_actor::record(run_number number, supervised_run& r, item_index index, const core::item& now,
                              core::duration wall) {
  auto change = r.book.run().update(index, now);
  r.book.tell_item(index, stream_kind::item, wall);
  tell_changes(number, r, change, wall);
  flush(number, r);
}

void supervisor_actor::tell_item(item_key key, supervised_run& r, event_kind kind, std::string words) {
  auto i = r.live.find(key.index);
  if (i == r.live.end())
    return;
  compat::send(this, i->second.handle, observed{event_of(kind, state_->config.now(), std::move(words)), {}});
}

void supervisor_actor::document_answered(const document_came& m) {
  auto* r = find(m.key.run);
  if (!r || !r->book.run().at(m.key.index).document_wanted)
    return;
  if (r->joined.count(m.key.index) != 0) {  // asked twice, after a restart of somebody on the way
    tell_item(m.key, *r, event_kind::document_accepted, {});
    return;
  }
  auto refuse = [&](std::string words) {
    tell_item(m.key, *r, event_kind::document_refused, std::move(words));
  };
  if (!m.trouble.empty())
    return refuse(m.trouble);
  auto parsed = tasks::parse_document(m.text, r->book.inherited_by(m.key.index).get());
  auto problems = std::move(parsed.problems);
  core::run_change change;
  const std::string generator{
      r->book.run().tasks().id(m.key.index)};  // joining moves where the graph keeps it
  if (problems.empty())
    problems = r->book.add_document(std::move(parsed.doc), generator, &change);
  if (!problems.empty()) {
    const auto& first = problems.front();
    auto i = r->live.find(m.key.index);
    auto file = i == r->live.end() ? std::string{} : i->second.job.generates_source();
    auto words = file + ":" + std::to_string(first.at.line) + ":" + std::to_string(first.at.column) + ": " +
                 first.words;
    if (problems.size() > 1)
      words += " (and " + std::to_string(problems.size() - 1) + " more)";
    return refuse(std::move(words));
  }
  r->joined.insert(m.key.index);
  keep_document(*r, m.text);
  r->book.tell_added(m.key.index, state_->config.now().wall);
  tell_changes(m.key.run, *r, change, state_->config.now().wall);
  tell_item(m.key, *r, event_kind::document_accepted, {});
  if (r->book.run().cancelling())
    cancel(m.key.run, *r);
  fill_slots();
}

}  // namespace settle::actors

// The supervisor's part that does what others ask of a run under way: cancelling, and letting go of it.
#include "actors/supervisor.hpp"

#include "actors/core/named_items.hpp"
#include "actors/event_of.hpp"
#include "actors/translate/journal_json.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

using core::item_index;

namespace {

std::string items(std::size_t n) {
  return n == 1 ? "1 item" : std::to_string(n) + " items";
}

}  // namespace

void supervisor_actor::cancel(run_number number, supervised_run& r) {
  if (r.finished)
    return;
  r.book.run().cancel_was_asked();
  r.book.note(cancel_line());
  // Backwards: dependents come after what they depend on, and are to end cancelled, not dep_failed.
  for (auto index = static_cast<item_index>(r.book.run().size()); index-- > 0;)
    cancel_one(number, r, index);
  flush(number, r);
}

std::size_t supervisor_actor::cancel_items(run_number number, supervised_run& r, std::set<item_index> which) {
  std::erase_if(which, [&r](item_index i) { return core::is_terminal(r.book.run().at(i).status); });
  if (which.empty())
    return 0;
  std::vector<std::string> ids;
  for (const auto index : which)
    ids.emplace_back(r.book.run().tasks().id(index));
  r.book.note(cancel_line(ids));
  r.cancelled.insert(which.begin(), which.end());
  for (auto index = which.rbegin(); index != which.rend(); ++index)
    cancel_one(number, r, *index);
  flush(number, r);
  return which.size();
}

void supervisor_actor::cancel_one(run_number number, supervised_run& r, item_index index) {
  if (core::is_terminal(r.book.run().at(index).status))
    return;
  if (r.live.count(index) != 0)
    tell_item({number, index}, r, core::event_kind::cancel_asked, {});
  else
    cancel_without_actor(number, r, index);
}

void supervisor_actor::cancel_without_actor(run_number number, supervised_run& r, item_index index) {
  auto now = r.book.run().at(index);
  auto at = state_->config.now();
  core::advance(now, event_of(core::event_kind::cancel_asked, at), *rules_);
  if (!core::is_terminal(now.status))
    return;
  const auto used = r.book.run().slots_used();
  record(number, r, index, now, at.wall);
  // Nobody reports of it: without this another run would wait for its slot until something else happens.
  if (r.book.run().slots_used() < used && !std::exchange(slots_freed_, true))
    compat::send(this, caf::actor_cast<caf::actor>(this), slots_freed{});
}

bool supervisor_actor::cancel_wanted(const supervised_run& r, item_index index) const {
  return r.book.run().cancelling() || r.cancelled.count(index) != 0;
}

request_answer supervisor_actor::carry_out(run_number number, supervised_run& r,
                                           const cancel_request& asked) {
  const auto& run = r.book.run();
  if (r.finished)
    return {true, "run " + asked.run + " was finished already"};
  if (asked.items.empty()) {
    const auto open = run.size() - run.tally().terminal();
    cancel(number, r);
    return {true, "cancelling " + items(open) + " of run " + asked.run};
  }
  std::string unknown;
  const auto which = core::named_items(run.tasks(), asked.items, unknown);
  if (!unknown.empty())
    return {false, "run " + asked.run + " has no item \"" + unknown + "\": nothing was cancelled"};
  const auto begun = cancel_items(number, r, which);
  auto words = "cancelling " + items(begun) + " of run " + asked.run;
  if (const auto ended = which.size() - begun; ended != 0)
    words += "; " + items(ended) + (ended == 1 ? " has its" : " have their") + " verdict already";
  return {true, std::move(words)};
}

void supervisor_actor::look_for_requests_soon() {
  if (state_->config.inbox.empty() || state_->looking)
    return;
  state_->looking = true;
  compat::delayed_send(this, caf::actor_cast<caf::actor>(this), core::limits::requests_interval,
                       requests_due{});
}

void supervisor_actor::look_for_requests_now() {
  auto ids = std::make_shared<std::vector<std::string>>();
  for (const auto& [id, number] : state_->by_id)
    if (!state_->runs.at(number).finished)
      ids->push_back(id);
  if (ids->empty() || state_->config.inbox.empty())
    return;
  compat::send(this, reader_,
               look_for_requests{state_->config.inbox, std::move(ids), caf::actor_cast<caf::actor>(this)});
  look_for_requests_soon();
}

void supervisor_actor::requests_came_in(const requests_came& m) {
  for (const auto& posted : m.requests) {
    const auto i = state_->by_id.find(std::string(run_of_letter(posted.letter)));
    if (i == state_->by_id.end())
      continue;
    auto& r = state_->runs.at(i->second);
    if (const auto told = r.answered.find(posted.letter); told != r.answered.end()) {
      compat::send(this, reader_, told->second);  // it could not be written, or the reader died
      continue;
    }
    const auto waits = [&posted](const request_done& d) { return d.letter == posted.letter; };
    if (std::any_of(r.answers.begin(), r.answers.end(), waits) ||
        std::any_of(r.writing_answers.begin(), r.writing_answers.end(), waits))
      continue;
    request_done letter{state_->config.inbox, state_->config.outbox, posted.letter, {}};
    if (!posted.asked)
      letter.answer = {false, "the request cannot be read: " + posted.asked.error().words};
    else if (posted.asked->run != i->first)
      letter.answer = {false, "the request names run " + posted.asked->run + ", its file another"};
    else
      letter.answer = carry_out(i->second, r, *posted.asked);
    r.answers.push_back(std::move(letter));
    flush(i->second, r);
  }
}

bool supervisor_actor::forget(const std::string& run) {
  const auto i = state_->by_id.find(run);
  if (i == state_->by_id.end())
    return true;
  const auto number = i->second;
  auto& r = state_->runs.at(number);
  if (r.trouble.empty() && (!r.finished || r.writing || r.late))
    return false;
  if (std::any_of(r.subscribers.begin(), r.subscribers.end(), [](const auto& s) { return !s.over; }))
    return false;  // they have not heard the end
  dismiss_items(number, r);
  state_->by_id.erase(i);
  state_->runs.erase(number);
  return true;
}

}  // namespace settle::actors

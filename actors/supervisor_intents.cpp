// The supervisor's part between a free slot and an sbatch: items that are ready together are gathered for a moment, grouped
// into arrays, their intents written, and once those are durable their actors are started and the array is ordered.
#include "actors/supervisor.hpp"

#include "actors/event_of.hpp"
#include "actors/translate/journal_json.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

using core::event_kind;
using core::item_index;

namespace {

/// Planned, and their actors started, before other runs' messages have their turn: some arrays.
constexpr std::size_t planned_at_once = 10'000;

std::vector<item_index> take_intended(supervised_run& r) {
  if (r.intended.size() <= planned_at_once)
    return std::exchange(r.intended, {});
  const auto cut = r.intended.begin() + planned_at_once;
  std::vector<item_index> out(r.intended.begin(), cut);
  r.intended.erase(r.intended.begin(), cut);
  return out;
}

}  // namespace

/// True while more may come that could go out with those that are there.
bool supervisor_actor::gathers(run_number number, supervised_run& r) {
  if (!state_->arrays)
    return true;  // the cluster has not said yet what arrays it takes
  if (state_->arrays->tasks_max < 2 || r.gathered)
    return false;
  if (!std::exchange(r.gathering, true))
    compat::delayed_send(this, caf::actor_cast<caf::actor>(this), core::limits::array_gathering,
                         intents_due{number});
  return true;
}

void supervisor_actor::arrays_known(const array_limits& limits) {
  state_->arrays = limits;
  for (auto& [number, r] : state_->runs)
    flush(number, r);
}

/// Their lines go out with the next ones. What was ended or is to go meanwhile has no intent.
void supervisor_actor::write_intents(run_number number, supervised_run& r) {
  if (state_->detaching || r.book.run().cancelling()) {
    give_up_intended(number, r);
    return;
  }
  if (r.intended.empty() || gathers(number, r))
    return;
  r.gathered = false;
  auto items = take_intended(r);
  if (!r.intended.empty()) {  // behind the messages that wait now
    r.gathering = true;
    compat::send(this, caf::actor_cast<caf::actor>(this), intents_due{number});
  }
  for (const auto index : items)
    if (!core::is_terminal(r.book.run().at(index).status) && cancel_wanted(r, index))
      cancel_without_actor(number, r, index);
  std::erase_if(items, [&r](item_index i) { return core::is_terminal(r.book.run().at(i).status); });
  auto plan = plan_submissions(r.book, items, r.alone, state_->arrays.value_or(array_limits{}));
  for (auto& one : plan.submissions) {
    for (std::size_t i = 0; i < one.items.size(); ++i) {
      const auto& job = one.jobs[i];
      if (one.array)
        r.book.note_intent(one.items[i], job.token(), one.array->token, *job.array_index());
      else
        r.book.note_intent(one.items[i], job.token());
    }
    r.planned.push_back(std::move(one));
  }
  for (const auto& [index, words] : plan.failed) {
    auto now = r.book.run().at(index);
    const auto at = state_->config.now();
    core::advance(now, event_of(event_kind::submit_asked, at), *rules_);
    core::advance(now, event_of(event_kind::submit_refused, at, words), *rules_);
    const auto change = r.book.run().update(index, now);
    r.book.tell_item(index, core::stream_kind::item, at.wall);
    tell_changes(number, r, change, at.wall);
  }
}

void supervisor_actor::give_up_intended(run_number number, supervised_run& r) {
  for (const auto index : std::exchange(r.intended, {})) {
    if (core::is_terminal(r.book.run().at(index).status))
      continue;
    if (r.book.run().cancelling())
      cancel_without_actor(number, r, index);
    else
      tell_changes(number, r, r.book.run().give_back(index), state_->config.now().wall);
  }
}

/// Their intents are durable.
void supervisor_actor::start_planned(run_number number, supervised_run& r, planned_submission those) {
  array_order order;
  order.postman = state_->postman;
  std::vector<std::uint32_t> indexes;
  for (std::size_t i = 0; i < those.items.size(); ++i) {
    const auto index = those.items[i];
    const auto order_index = those.jobs[i].array_index().value_or(0);
    if (!spawn_item(number, r, index, std::move(those.jobs[i])) || !those.array)
      continue;
    order.tasks.push_back({number, index});
    order.items.push_back(r.live.at(index).handle);
    indexes.push_back(order_index);
  }
  if (order.tasks.empty())
    return;
  order.array = std::move(those.array);
  if (indexes != order.array->array) {
    auto rest = std::make_shared<job_spec>(*order.array);
    rest->array = std::move(indexes);
    order.array = std::move(rest);
  }
  compat::send(this, backend_, std::move(order));
}

/// False: nothing was started for it.
bool supervisor_actor::spawn_item(run_number number, supervised_run& r, item_index index, item_job job) {
  if (core::is_terminal(r.book.run().at(index).status))
    return false;
  if (cancel_wanted(r, index)) {
    cancel_without_actor(number, r, index);
    return false;
  }
  if (state_->detaching || !r.trouble.empty()) {
    r.book.note(withdrawn_line(r.book.run().tasks().id(index)));
    tell_changes(number, r, r.book.run().give_back(index), state_->config.now().wall);
    return false;
  }
  auto it = r.book.run().at(index);
  r.asking.insert(index);
  start_actor(number, r, index, std::move(it), std::move(job));
  return true;
}

}  // namespace settle::actors

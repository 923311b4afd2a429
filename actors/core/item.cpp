#include "actors/core/item.hpp"

#include "actors/core/item_actions.hpp"

#include <array>
#include <cassert>

namespace settle::core {

namespace {

using enum action;

struct row {
  event_kind event;
  std::array<action, item_status_count> answers;  // in the order of item_status
};

// The life of an item on one screen. docs/states.md is printed from it, with a sentence for every word.
// clang-format off
constexpr std::array<row, event_kind_count> table{{
    //                                  pending     submitted   queued      running     settling    completed failed  dep_failed
    {event_kind::submit_asked,        {{ask,        ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::submit_accepted,     {{accept,     ignore,     ignore,     ignore,     ignore,     ignore,   stray,  stray}}},
    {event_kind::submit_refused,      {{refuse,     ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::submit_deferred,     {{defer,      ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::submit_unclear,      {{search,     ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::search_silent,       {{repeat,     ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::claim_found,         {{take_up,    take_up,    take_up,    take_up,    take_up,    ignore,   ignore, ignore}}},
    {event_kind::claim_unreadable,    {{vanish,     ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::listed_waiting,      {{ignore,     wait,       wait,       wait,       wait,       rerun,    rerun,  ignore}}},
    {event_kind::listed_alive,        {{ignore,     run,        run,        run,        run,        rerun,    rerun,  ignore}}},
    {event_kind::listed_present,      {{ignore,     present,    ignore,     ignore,     present,    ignore,   ignore, ignore}}},
    {event_kind::listed_succeeded,    {{ignore,     leave,      leave,      leave,      end,        ignore,   ignore, ignore}}},
    {event_kind::listed_failed,       {{ignore,     fail,       fail,       fail,       fail,       ignore,   ignore, ignore}}},
    {event_kind::listed_interrupted,  {{ignore,     leave,      leave,      leave,      end,        ignore,   ignore, ignore}}},
    {event_kind::absent,              {{ignore,     miss,       leave,      leave,      gone,       ignore,   ignore, ignore}}},
    {event_kind::accounting_answered, {{ignore,     judge,      ignore,     ignore,     judge,      amend,    amend,  ignore}}},
    {event_kind::accounting_failed,   {{ignore,     silent,     ignore,     ignore,     silent,     ignore,   ignore, ignore}}},
    {event_kind::accounting_disabled, {{ignore,     no_books,   ignore,     ignore,     no_books,   ignore,   ignore, ignore}}},
    {event_kind::no_record_due,       {{impossible, overdue,    ignore,     ignore,     overdue,    ignore,   ignore, impossible}}},
    {event_kind::stuck_due,           {{impossible, ignore,     give_up,    ignore,     ignore,     ignore,   ignore, impossible}}},
    {event_kind::process_started,     {{adopt,      adopt,      impossible, ignore,     ignore,     ignore,   stray,  impossible}}},
    {event_kind::process_ended,       {{exit,       exit,       impossible, exit,       exit,       ignore,   ignore, impossible}}},
    {event_kind::dependency_failed,   {{doom,       ignore,     ignore,     ignore,     ignore,     ignore,   ignore, ignore}}},
    {event_kind::cancel_asked,        {{withdraw,   cancel,     cancel,     cancel,     cancel,     ignore,   ignore, ignore}}},
    {event_kind::document_accepted,   {{impossible, impossible, impossible, impossible, deliver,    ignore,   ignore, impossible}}},
    {event_kind::document_refused,    {{impossible, impossible, impossible, impossible, spoil,      ignore,   ignore, impossible}}},
}};
// clang-format on

constexpr bool complete() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].event) != i)
      return false;
    for (action a : table[i].answers)
      if (a == unset)
        return false;
  }
  return true;
}
static_assert(complete(), "every event has its row, in order, and every state its answer");
static_assert(static_cast<std::size_t>(item_status::dep_failed) + 1 == item_status_count);
static_assert(static_cast<std::size_t>(event_kind::document_refused) + 1 == event_kind_count);

using handler = void (*)(step&);

constexpr std::array<handler, action_count> handlers{
    nullptr,    nullptr,    nullptr,   on_ask,      on_accept, on_adopt, on_refuse, on_defer,    on_search,
    on_repeat,  on_take_up, on_vanish, on_withdraw, on_doom,   on_stray, on_wait,   on_run,      on_present,
    on_leave,   on_end,     on_fail,   on_miss,     on_gone,   on_judge, on_silent, on_no_books, on_overdue,
    on_give_up, on_exit,    on_cancel, on_deliver,  on_spoil,  on_rerun, on_amend};
static_assert(static_cast<std::size_t>(amend) + 1 == action_count && handlers.back() == on_amend);

}  // namespace

action action_for(event_kind e, item_status s) noexcept {
  return table[static_cast<std::size_t>(e)].answers[static_cast<std::size_t>(s)];
}

bool is_possible(event_kind e, item_status s) noexcept {
  return action_for(e, s) != impossible;
}

std::vector<effect> advance(item& it, const event& e, const policy& rules) {
  const action what = action_for(e.kind, it.status);
  assert(what != impossible && "settle itself sent an event that this state excludes");
  std::vector<effect> effects;
  if (what == ignore)
    return effects;
  step s{it, e, rules, effects};
  handlers[static_cast<std::size_t>(what)](s);
  check(it);
  return effects;
}

}  // namespace settle::core

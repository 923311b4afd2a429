// What the cells of the item's table may say, and what each handler is given. Private to the item's sources:
// the public face is actors/core/item.hpp.
#pragma once

#include "actors/core/item.hpp"

#include <string_view>
#include <vector>

namespace settle::core {

enum class action : std::uint8_t {
  unset,  ///< a hole in the table; excluded when it is compiled
  ignore,
  impossible,
  ask,
  accept,
  adopt,
  refuse,
  defer,
  search,
  repeat,
  take_up,
  vanish,
  withdraw,
  doom,
  stray,
  wait,
  run,
  present,
  leave,
  end,
  fail,
  miss,
  gone,
  judge,
  silent,
  no_books,
  overdue,
  give_up,
  exit,
  cancel,
  deliver,
  spoil,
  rerun,
  amend,
};
inline constexpr std::size_t action_count = 34;

/// One event on its way through a handler: the item is changed in place, effects are appended.
struct step {
  item& it;
  const event& e;
  const policy& rules;
  std::vector<effect>& effects;

  void emit(effect f) { effects.push_back(f); }
};

std::string_view to_text(action) noexcept;

// item_submit.cpp: before the scheduler knows it.
void on_ask(step&);
void on_accept(step&);
void on_adopt(step&);
void on_refuse(step&);
void on_defer(step&);
void on_search(step&);
void on_repeat(step&);
void on_take_up(step&);
void on_vanish(step&);
void on_withdraw(step&);
void on_doom(step&);
void on_stray(step&);
void on_cancel(step&);

// item_listed.cpp: what listings show.
void on_wait(step&);
void on_run(step&);
void on_present(step&);
void on_leave(step&);
void on_end(step&);
void on_fail(step&);
void on_miss(step&);
void on_gone(step&);
void on_give_up(step&);
void on_rerun(step&);

// item_settle.cpp: accounting, the other witnesses, the clock.
void on_judge(step&);
void on_silent(step&);
void on_no_books(step&);
void on_overdue(step&);
void on_exit(step&);
void on_deliver(step&);
void on_spoil(step&);
void on_amend(step&);

// item_decide.cpp: shared by them.
/// The evidence is in: reaches the verdict, or first wants a generator's document.
void decide(step&, verdict);
/// Reaches the verdict now.
void conclude(step&, verdict);
/// The queue no longer holds it: settling begins.
void settle_now(step&);
/// A listing did not show it alive: a waiting failure row comes closer to deciding.
void count_down(step&);
void drop_candidate(item&);
/// What was gathered about an end that was none, or not the last, or another job's.
void forget_end(item&);
/// A job that we cancelled because it was stuck: the verdict says so.
void explain_cancel(const item&, verdict&);
void forget_reason(item&);
void start_clock(step&);
void stop_clock(step&);
void ask_accounting(step&);
void stop_accounting(step&);

}  // namespace settle::core

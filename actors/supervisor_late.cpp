// The supervisor's part that ends a run's supervision: at once where every verdict is confirmed, and else after accounting
// had its time to confirm or correct the others.
#include "actors/supervisor.hpp"

#include <algorithm>

namespace settle::actors {

namespace {

/// When the last of the unconfirmed completions left the queue, by the wall clock.
core::duration last_unconfirmed_end(const core::run& run) {
  core::duration last{};
  for (core::item_index i = 0; i < run.size(); ++i)
    if (const auto& it = run.at(i); it.reached && !core::is_confirmed(*it.reached))
      last = std::max(last, it.finished_at.value_or(core::duration{}));
  return last;
}

}  // namespace

void supervisor_actor::conclude(run_number number, supervised_run& r) {
  const auto now = state_->config.now();
  const auto patience = state_->config.late_accounting;
  r.late = false;
  if (patience > core::duration{} && r.book.run().tally().unconfirmed != 0) {
    const auto since = std::max(now.wall - last_unconfirmed_end(r.book.run()), core::duration{});
    r.late = since < patience;
    r.late_until = now.monotonic + patience - std::min(since, patience);
  }
  if (r.late)
    ask_late(number, r);
  else
    dismiss_items(number, r);
}

void supervisor_actor::ask_late(run_number number, supervised_run& r) {
  const auto wait = std::max(r.late_until - state_->config.now().monotonic, core::duration{});
  compat::delayed_send(this, caf::actor_cast<caf::actor>(this), wait, late_over{number});
}

void supervisor_actor::end_late(run_number number) {
  auto* r = find(number);
  if (!r || !r->late || state_->config.now().monotonic < r->late_until)
    return;
  r->late = false;
  dismiss_items(number, *r);
  if (!r->writing && !r->book.has_lines())
    r->store.reset();
  feed(*r);
}

/// The run is over: actors that only waited for late accounting of unconfirmed completions can go.
void supervisor_actor::dismiss_items(run_number number, supervised_run& r) {
  while (!r.live.empty()) {
    auto handle = r.live.begin()->second.handle;
    let_go({number, r.live.begin()->first}, r, false);
    send_exit(handle, caf::exit_reason::user_shutdown);
  }
  tell_let_go();
  compat::send(this, backend_, run_forget{number});
}

}  // namespace settle::actors

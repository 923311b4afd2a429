#include "actors/run_taker.hpp"

#include <utility>

namespace settle::actors {

run_taker::run_taker(caf::actor_config& cfg, run_store_reopener reopen, clock_source now,
                     bool unconfirmed_releases)
    : caf::event_based_actor(cfg), reopen_(std::move(reopen)), now_(std::move(now)),
      unconfirmed_releases_(unconfirmed_releases) {}

caf::behavior run_taker::make_behavior() {
  return {[this](const take_run& m) {
    compat::send(this, m.answer_to, run_taken{m.place.id, std::make_shared<taken_run>(take(m))});
    quit();
  }};
}

taken_run run_taker::take(const take_run& m) const {
  taken_run out;
  auto store = reopen_(m.place, m.take_over);  // first: from here on nobody else writes
  if (!store) {
    out.trouble = store.error().words;
    return out;
  }
  auto found = recover_run(m.place.folder, now_(), unconfirmed_releases_);
  if (!found) {
    out.trouble = found.error().words;
    return out;
  }
  out.store = std::move(*store);
  out.found.emplace(std::move(*found));
  return out;
}

}  // namespace settle::actors

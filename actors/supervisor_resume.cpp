// The supervisor's part that takes over what another process left: the journal tells what was known, then the cluster
// is looked at as if only this supervisor's actors had been started again.
#include "actors/supervisor.hpp"

#include <vector>

namespace settle::actors {

namespace {

using core::item;
using core::item_index;

/// Somebody must look after it: its job lives, or may, or nobody has said how it ended.
bool needs_actor(const item& it) {
  return it.reached ? !core::is_confirmed(*it.reached)
                    : core::is_live(it.status) || it.sub == core::submission::unclear;
}

std::vector<item_index> that_need_actors(const core::run& run) {
  std::vector<item_index> out;
  for (item_index i = 0; i < run.size(); ++i)
    if (needs_actor(run.at(i)))
      out.push_back(i);
  return out;
}

/// Its processes are found again by their records and by this machine's /proc: on another one nothing is known of them.
std::string why_not_here(machine& here, const run_book& book) {
  const auto& run = book.run();
  for (auto i : that_need_actors(run)) {
    const auto spec = book.spec(i, run.at(i).submissions);
    if (!spec)
      continue;  // told when it is gone on with
    if (auto found = here.can_find(**spec); !found)
      return "its task \"" + std::string(run.tasks().id(i)) +
             "\" cannot be followed: " + found.error().words +
             ". Nothing was submitted; resume the run where it was started";
  }
  return {};
}

}  // namespace

run_answer supervisor_actor::resume(const resume_run& m) {
  const auto& run = m.run;
  run_answer answer;
  auto refused = [&answer](std::string words) {
    answer.trouble = std::move(words);
    return answer;
  };
  if (state_->detaching)
    return refused("settle is detaching: nothing new is taken");
  if (auto* known = find(run)) {
    answer.run = run;
    answer.next_seq = known->book.last_seq() + 1;
    return answer;
  }
  const auto& config = state_->config;
  run_facts place;
  place.id = run;
  place.folder = config.state_dir + "/runs/" + run;
  auto store = config.reopen_store(place, m.take_over);  // first: from here on nobody else writes
  if (!store)
    return refused(store.error().words);
  auto found = recover_run(place.folder, config.now(), rules_->unconfirmed_releases);
  if (!found)
    return refused(found.error().words);
  const auto& facts = found->book.facts();
  const std::string backend = config.local ? "local" : "slurm";
  if (facts.id != run || facts.backend != backend)
    return refused("run " + run + " was started as " + facts.id + " on backend " + facts.backend +
                   ", not on " + backend);
  if (config.local)
    if (auto words = why_not_here(*config.local, found->book); !words.empty())
      return refused("run " + run + " cannot be resumed: " + words);
  const auto number = ++state_->last_run;
  auto& r = state_->runs.try_emplace(number, std::move(found->book), std::move(*store)).first->second;
  state_->by_id[run] = number;
  answer.run = run;
  answer.next_seq = r.book.last_seq() + 1;
  go_on(number, r, *found);
  return answer;
}

void supervisor_actor::go_on(run_number number, supervised_run& r, const recovered_run& found) {
  r.joined = found.joined;
  const auto at = state_->config.now();
  if (found.finished) {
    r.finished = true;
    conclude(number, r);
    if (!r.late) {
      r.store.reset();
      return;
    }
  } else if (r.book.last_seq() > 1) {  // it was begun, not only left here
    r.book.tell_notice("another process left this run; this one goes on with it", at.wall);
  }
  for (auto i : that_need_actors(r.book.run())) {
    auto it = r.book.run().at(i);
    auto spec = r.book.spec(i, it.submissions);
    if (!spec) {
      r.trouble = "item \"" + r.book.run().tasks().id(i) + "\" cannot be gone on with: " + spec.error().words;
      return;
    }
    start_actor(number, r, i, std::move(it), std::move(*spec));
  }
  if (r.finished)
    return;
  tell_changes(number, r, found.spread, at.wall);
  if (found.cancel_asked)
    cancel(number, r);
  cancel_items(number, r, found.cancelled);
  look_for_requests_now();  // what was asked while nobody was here
  fill_slots();
}

}  // namespace settle::actors

// The supervisor's part that takes over what another process left: the journal tells what was known, then the cluster
// is looked at as if only this supervisor's actors had been started again.
#include "actors/run_taker.hpp"
#include "actors/supervisor.hpp"

#include <vector>

namespace settle::actors {

namespace {

using core::item;
using core::item_index;

constexpr std::string_view no_more_is_taken = "settle is detaching: nothing new is taken";

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

caf::response_promise supervisor_actor::resume(const resume_run& m) {
  auto promise = make_response_promise();
  run_answer answer;
  if (state_->detaching) {
    answer.trouble = std::string(no_more_is_taken);
  } else if (auto* known = find(m.run)) {
    answer.run = m.run;
    answer.next_seq = known->book.last_seq() + 1;
  } else {
    auto& t = taking_[m.run];
    t.asked.push_back(promise);
    if (t.taker != 0)
      return promise;
    const auto& config = state_->config;
    auto taker =
        spawn<run_taker, caf::detached>(config.reopen_store, config.now, rules_->unconfirmed_releases);
    t.taker = taker.id();
    compat::monitor(this, taker,
                    [this](const caf::actor_addr& who, const caf::error& why) { ended(who, why); });
    run_facts place;
    place.id = m.run;
    place.folder = config.state_dir + "/runs/" + m.run;
    compat::send(this, taker, take_run{std::move(place), m.take_over, caf::actor_cast<caf::actor>(this)});
    return promise;
  }
  promise.deliver(std::move(answer));
  return promise;
}

void supervisor_actor::taken(const run_taken& m) {
  run_answer answer;
  if (!m.what->trouble.empty())
    answer.trouble = m.what->trouble;
  else if (state_->detaching)
    answer.trouble = std::string(no_more_is_taken);
  else
    answer = go_on_with(m.run, *m.what);
  m.what->store.reset();  // where it is not gone on with, somebody else may at once
  answer_taking(m.run, answer);
}

void supervisor_actor::answer_taking(const std::string& run, const run_answer& answer) {
  auto entry = taking_.extract(run);
  if (!entry.empty())
    for (auto& promise : entry.mapped().asked)
      promise.deliver(answer);
}

run_answer supervisor_actor::go_on_with(const std::string& run, taken_run& what) {
  run_answer answer;
  auto& found = *what.found;
  const auto& config = state_->config;
  const auto& facts = found.book.facts();
  const std::string backend = config.local ? "local" : "slurm";
  if (facts.id != run || facts.backend != backend) {
    answer.trouble =
        "run " + run + " was started as " + facts.id + " on backend " + facts.backend + ", not on " + backend;
    return answer;
  }
  if (config.local)
    if (auto words = why_not_here(*config.local, found.book); !words.empty()) {
      answer.trouble = "run " + run + " cannot be resumed: " + words;
      return answer;
    }
  const auto number = ++state_->last_run;
  auto& r = state_->runs.try_emplace(number, std::move(found.book), std::move(what.store)).first->second;
  state_->by_id[run] = number;
  answer.run = run;
  answer.next_seq = r.book.last_seq() + 1;
  go_on(number, r, found);
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
    start_actor(number, r, i, std::move(it), item_job(std::move(*spec)));
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

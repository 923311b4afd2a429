// The supervisor's part that opens runs and says where they stand.
#include "actors/supervisor.hpp"

#include "actors/translate/journal_json.hpp"

namespace settle::actors {

run_answer supervisor_actor::submit(submit_run m) {
  run_answer answer;
  if (state_->detaching) {
    answer.trouble = "settle is detaching: nothing new is taken";
    return answer;
  }
  const auto at = state_->config.now();
  auto founded = found_run(m, place_of_runs(), at);
  answer.warnings = std::move(founded.warnings);
  answer.problems = std::move(founded.problems);
  if (!answer.problems.empty())
    return answer;
  const auto facts = founded.book->facts();
  auto store = state_->config.open_store(facts);
  if (!store) {
    answer.trouble = store.error().words;
    return answer;
  }
  auto number = ++state_->last_run;
  auto& r = state_->runs.try_emplace(number, std::move(*founded.book), std::move(*store)).first->second;
  state_->by_id[facts.id] = number;
  r.finished = r.book.run().size() == 0;
  keep_document(r, m.document);
  answer.run = facts.id;
  look_for_requests_soon();
  fill_slots();
  return answer;
}

founding_place supervisor_actor::place_of_runs() const {
  const auto& config = state_->config;
  const bool local = config.local != nullptr;
  return {config.state_dir + "/runs", local ? "local" : "slurm", config.home,
          !local && rules_->witness != core::witness_use::off, rules_->unconfirmed_releases};
}

void supervisor_actor::keep_document(supervised_run& r, std::string_view text) {
  if (auto kept = r.store->keep_document(r.book.newest_document(), text); !kept)
    r.book.tell_notice(kept.error().words +
                           ": `settle show` will not know its tasks, and nobody can resume the run",
                       state_->config.now().wall);
}

run_state_answer supervisor_actor::state_of(const std::string& run) const {
  run_state_answer answer;
  auto i = state_->by_id.find(run);
  if (i == state_->by_id.end())
    return answer;
  const auto& r = state_->runs.at(i->second);
  answer.known = true;
  answer.title = r.book.facts().title;
  answer.status = r.book.run().status();
  answer.confirmed = r.book.run().confirmed();
  answer.tally = r.book.run().tally();
  answer.trouble = r.trouble;
  return answer;
}

}  // namespace settle::actors

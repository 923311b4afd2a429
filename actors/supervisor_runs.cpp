// The supervisor's part that opens and cancels runs.
#include "actors/supervisor.hpp"

#include "actors/event_of.hpp"
#include "actors/plan.hpp"
#include "actors/translate/journal_json.hpp"

#include <ctime>
#include <random>

namespace settle::actors {

namespace {

std::string iso_time(core::duration wall) {
  auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(wall).count());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string base_name(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

run_facts supervisor_actor::facts_for(const submit_run& m, const tasks::document& doc) const {
  std::random_device chance;
  auto now = state_->config.now();
  run_facts f;
  f.id = make_run_id(std::chrono::duration_cast<std::chrono::seconds>(now.wall).count(),
                     (std::uint64_t{chance()} << 32) | chance());
  f.title = !m.title.empty() ? m.title : !doc.title.empty() ? doc.title : base_name(m.source);
  f.folder = state_->config.state_dir + "/runs/" + f.id;
  f.start_dir = m.start_dir;
  f.created_at = iso_time(now.wall);
  f.backend = state_->config.local ? "local" : "slurm";
  f.home = state_->config.home;
  f.exit_records = !state_->config.local && rules_->witness != core::witness_use::off;
  return f;
}

run_answer supervisor_actor::submit(submit_run m) {
  run_answer answer;
  if (state_->detaching) {
    answer.trouble = "settle is detaching: nothing new is taken";
    return answer;
  }
  auto parsed = tasks::parse_document(m.document);
  answer.warnings = std::move(parsed.warnings);
  answer.problems = std::move(parsed.problems);
  if (answer.problems.empty()) {
    core::run trial;
    answer.problems = join_document(trial, parsed.doc);
  }
  if (!answer.problems.empty())
    return answer;
  auto facts = facts_for(m, parsed.doc);
  auto number = ++state_->last_run;
  auto store = state_->config.open_store(facts);
  if (!store) {
    answer.trouble = store.error().words;
    return answer;
  }
  run_book book(facts, m.max_concurrent, rules_->unconfirmed_releases);
  auto& r = state_->runs.try_emplace(number, std::move(book), std::move(*store)).first->second;
  state_->by_id[facts.id] = number;
  r.book.note(run_line(facts, m.max_concurrent));
  auto wall = state_->config.now().wall;
  r.book.add_document(std::move(parsed.doc), {});
  keep_document(r, m.document);
  r.book.tell_started(wall);
  if (r.book.run().size() == 0) {
    r.book.tell_notice("this run has no items", wall);
    r.finished = true;
    r.book.tell_finished(wall);
  }
  answer.run = facts.id;
  fill_slots();
  return answer;
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

void supervisor_actor::cancel(const std::string& run) {
  auto* r = find(run);
  if (!r || r->finished)
    return;
  r->book.run().cancel_was_asked();
  r->book.note(cancel_line());
  auto number = state_->by_id[run];
  // Backwards: dependents come after what they depend on, and are to end cancelled, not dep_failed.
  for (auto index = static_cast<core::item_index>(r->book.run().size()); index-- > 0;) {
    if (core::is_terminal(r->book.run().at(index).status))
      continue;
    if (r->live.count(index) != 0)
      tell_item({number, index}, *r, core::event_kind::cancel_asked, {});
    else
      cancel_without_actor(*r, index);
  }
  flush(number, *r);
}

void supervisor_actor::cancel_without_actor(supervised_run& r, core::item_index index) {
  auto now = r.book.run().at(index);
  auto at = state_->config.now();
  core::advance(now, event_of(core::event_kind::cancel_asked, at), *rules_);
  if (core::is_terminal(now.status))
    record(state_->by_id[r.book.facts().id], r, index, now, at.wall);
}

}  // namespace settle::actors

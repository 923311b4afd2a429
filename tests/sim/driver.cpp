#include "tests/sim/driver.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"

#include <algorithm>

namespace sim {

using namespace settle;
using core::effect;
using core::item_status;
using core::stream_kind;
using core::submission;

namespace {

core::policy polling_rules(const scenario& story, mutation wrong) {
  auto rules = story.rules;
  if (wrong == mutation::silence_at_once)
    rules.search_silence = {};
  return rules;
}

}  // namespace

/// The item's actor: its life, and where its wishes go.
struct driver::live_item final : actors::item_port {
  live_item(driver& owner, item_index i, item it, std::string name, std::optional<std::uint32_t> in_array)
      : d(owner), index(i), job_name(std::move(name)), array_index(in_array),
        life(std::move(it), {owner.story_.witnesses, true}, owner.rules_, *this) {
    spec = std::make_shared<actors::job_spec>();
    spec->job_name = job_name;
  }
  item_key key() const { return {1, index}; }

  void order() override {
    if (!array_index)  // an array is ordered by whoever groups the items
      d.post([this] { d.poller_.order(key(), spec); });
  }
  void watch(actors::watch_order w) override {
    w.job_name = job_name;
    w.array_index = array_index;
    d.post([this, w] { d.poller_.watch(key(), w); });
  }
  void needs(actors::item_needs n) override {
    d.post([this, n] { d.poller_.set_needs(key(), n); });
  }
  void clock(actors::clock_kind c) override {
    d.post([this, c] { d.poller_.set_clock(key(), c); });
  }
  void cancel(std::uint64_t id) override {
    d.post([this, id] { d.poller_.cancel(key(), id); });
  }
  void ask_mark() override {
    d.post([this] { life.mark_answered({}); });
  }
  void ask_witness() override {
    d.later(ms{d.dice_.between(1, 50)}, [this] {
      std::optional<actors::exit_witness> found;
      if (auto note = d.world_.note_of(job_name, array_index))
        found = actors::exit_witness{note->exit, note->job_id, note->restarts, {}, {}};
      if (!gone)
        life.witness_answered(found);
    });
  }
  void ask_claim(bool take) override {
    d.later(ms{d.dice_.between(1, 50)}, [this, take] {
      if (!gone)
        life.claim_answered(d.claim_of(job_name, array_index, take));
    });
  }
  void report(const item& now, std::vector<effect> effects, core::instant at) override {
    d.post([this, now, effects = std::move(effects), at] { d.reported(index, now, effects, at); });
  }
  void done() override { gone = true; }

  driver& d;
  item_index index;
  std::string job_name;
  std::optional<std::uint32_t> array_index;
  std::shared_ptr<actors::job_spec> spec;
  actors::item_life life;
  bool gone = false;
};

driver::driver(const scenario& story, timeline& time, world& w, disk& kept, checker& judge, mutation wrong)
    : story_(story), time_(time), world_(w), disk_(kept), checker_(judge), wrong_(wrong),
      dice_(story.seed ^ static_cast<std::uint64_t>(time.now().count())), started_(time.now()),
      rules_(std::make_shared<core::policy>(story.rules)), run_(story.max_concurrent, true),
      poller_({polling_rules(story, wrong), false, 4}, *this) {
  std::vector<core::task_ref> refs;
  for (const auto& t : story.tasks)
    refs.push_back({t.id, t.deps});
  const auto no_generators = std::make_unique<bool[]>(refs.size());
  run_.add(refs, {no_generators.get(), refs.size()});
  disk_.items.resize(refs.size());
  disk_.places.resize(refs.size());
  recover();
}

driver::~driver() {
  *alive_ = false;
}

// -- the process -----------------------------------------------------------------------------------------------------

void driver::post(std::function<void()> what) {
  mail_.push_back(std::move(what));
  if (std::exchange(draining_, true))
    return;
  while (!mail_.empty()) {
    auto next = std::move(mail_.front());
    mail_.pop_front();
    next();
    leaving_.clear();
  }
  draining_ = false;
}

void driver::later(duration wait, std::function<void()> what) {
  time_.after(wait, [this, alive = alive_, what = std::move(what)] {
    if (*alive)
      post(what);
  });
}

core::instant driver::now() const {
  auto wall = seconds{world::epoch - story_.skew_s} + time_.now();
  for (const auto& f : story_.faults)
    if (f.what == fault::clock_step && f.from <= time_.now())
      wall += seconds{f.amount};
  return {time_.now() - started_ + seconds{1000}, wall};
}

void driver::recover() {
  for (item_index i = 0; i < disk_.items.size(); ++i) {
    if (!disk_.items[i])
      continue;
    auto it = *disk_.items[i];
    if (is(mutation::crash_forgets_intents) && it.status == item_status::pending)
      it.sub = submission::none;
    run_.restore(i, std::move(it));
  }
  for (auto d : run_.restored(now()).doomed)
    write(d, run_.at(d), stream_kind::item, false);
  for (item_index i = 0; i < run_.size(); ++i) {
    const auto& it = run_.at(i);
    const bool waits = it.reached ? !core::is_confirmed(*it.reached)
                                  : core::is_live(it.status) || it.sub == submission::unclear;
    if (waits)
      start_life(i, it);
  }
  finished_ = run_.confirmed() && lines_.empty() && !writing_;
  if (disk_.cancel_asked)
    cancel_run();
  post([this] { fill_slots(); });
}

// -- the supervisor's part -------------------------------------------------------------------------------------------

void driver::start_life(item_index i, item it) {
  const bool submitted_already = it.status != item_status::pending || it.sub == submission::unclear;
  const auto number = submitted_already ? it.submissions : it.submissions + 1;
  const auto& place = disk_.places[i];
  auto name = place ? place->array : "t." + actors::make_token(run_id, i, number);
  auto& l = live_[i];
  l = std::make_unique<live_item>(*this, i, std::move(it), std::move(name),
                                  place ? std::optional{place->index} : std::nullopt);
  post([this, i] {
    if (auto found = live_.find(i); found != live_.end())
      found->second->life.begin(now());
  });
}

void driver::let_go(item_index i, bool ended) {
  if (auto l = live_.find(i); l != live_.end()) {
    l->second->gone = true;
    leaving_.push_back(std::move(l->second));
    live_.erase(l);
  }
  if (ended)
    poller_.ended({1, i});
  else
    poller_.forget({1, i});
}

void driver::reported(item_index i, const item& reported_now, const std::vector<effect>& effects,
                      core::instant) {
  const auto& row = run_.at(i);
  if (row.reached && core::is_confirmed(*row.reached))
    return;
  auto it = reported_now;
  if (is(mutation::unconfirmed_is_confirmed) && it.reached && it.reached->who == core::evidence::none) {
    it.reached->who = core::evidence::accounting;
    it.reached->error.clear();
  }
  if (it.job_id != 0)
    names_[it.job_id] =
        disk_.places[i] ? disk_.places[i]->array : "t." + actors::make_token(run_id, i, it.submissions);
  const bool corrected = row.reached.has_value();
  const auto shown = row.status;
  const auto attempt = row.attempt;
  const bool job_changed = row.job_id != 0 && row.job_id != it.job_id;
  const auto change = run_.update(i, it);
  if (corrected || it.status != shown || job_changed ||
      (it.attempt != attempt && shown != item_status::pending))
    write(i, it, corrected ? stream_kind::verdict_corrected : stream_kind::item, false);
  const auto has = [&](effect f) { return std::count(effects.begin(), effects.end(), f) != 0; };
  if (has(effect::submit_again)) {
    let_go(i, false);
    lines_.push_back({i, it, stream_kind::item, false, true, time_.now()});
    if (run_.cancelling()) {
      cancel_one(i);
    } else {
      const auto wait = it.sub == submission::deferred ? core::submit_backoff(++deferrals_[i]) : duration{};
      later(wait, [this, i] {
        if (core::is_terminal(run_.at(i).status))
          return;
        tell_changes(run_.give_back(i));
        fill_slots();
      });
    }
  }
  if (it.reached && core::is_confirmed(*it.reached))
    let_go(i, true);
  tell_changes(change);
  fill_slots();
}

void driver::deliver(actors::delivery d) {
  mutate_delivery(d);
  post([this, d = std::move(d)] {
    hand(d.to, d.what, d.rows);
    after_delivery(d);
  });
}

void driver::hand(item_key key, const event& what, const std::vector<core::account_row>& rows) {
  if (auto l = live_.find(key.index); l != live_.end() && !l->second->gone)
    l->second->life.receive(what, rows);
}

void driver::rerun(item_key key, event what) {
  post([this, key, what = std::move(what)] {
    auto it = run_.at(key.index);
    const auto effects = core::advance(it, what, *rules_);
    if (std::count(effects.begin(), effects.end(), effect::report_rerun) == 0)
      return;
    run_.update(key.index, it);
    write(key.index, it, stream_kind::rerun, false);
  });
}

void driver::tell_changes(const core::run_change& change) {
  for (auto d : change.doomed)
    write(d, run_.at(d), stream_kind::item, false);
  run_.check();
}

void driver::cancel_run() {
  disk_.cancel_asked = true;
  run_.cancel_was_asked();
  for (auto i = static_cast<item_index>(run_.size()); i-- > 0;) {
    if (core::is_terminal(run_.at(i).status))
      continue;
    if (auto l = live_.find(i); l != live_.end())
      post([this, i] {
        if (auto found = live_.find(i); found != live_.end())
          found->second->life.receive(actors::event_of(event_kind::cancel_asked, now()), {});
      });
    else
      cancel_one(i);
  }
}

void driver::cancel_one(item_index i) {
  auto it = run_.at(i);
  core::advance(it, actors::event_of(event_kind::cancel_asked, now()), *rules_);
  if (!core::is_terminal(it.status))
    return;
  const auto change = run_.update(i, it);
  write(i, it, stream_kind::item, false);
  tell_changes(change);
}

}  // namespace sim

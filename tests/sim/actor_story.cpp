#include "tests/sim/actor_story.hpp"

#include "actors/light_actor.hpp"
#include "actors/translate/event_json.hpp"
#include "tests/actors/stage.hpp"
#include "tests/sim/actor_cluster.hpp"

#include <caf/scheduled_actor.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace sim {

using namespace settle;
using core::item_status;
using core::stream_kind;

namespace {

/// At most this many actors die in one story: with more in a minute settle gives up, as it should.
constexpr std::size_t deaths_max = core::limits::restart_intensity;

scenario story_of(std::uint64_t seed) {
  auto s = make_scenario(seed);
  s.witnesses = false;  // the reader would read real files
  s.rules.witness = core::witness_use::off;
  return s;
}

std::string document_of(const scenario& s) {
  std::string out;
  for (const auto& t : s.tasks) {
    out += (out.empty() ? R"({"tasks":[)" : ",") + (R"({"id":")" + t.id + R"(","name":")" + t.id) +
           R"(","command":"true","deps":[)";
    for (const auto& d : t.deps)
      out += (out.back() == '[' ? "\"" : ",\"") + d + "\"";
    out += "]}";
  }
  return out + "]}";
}

/// Who has this turn: an actor of CAF's, or of a crew of one.
caf::monitorable_actor* actor_of(caf::resumable* job) {
  if (auto* crew = dynamic_cast<actors::light_crew*>(job))
    return crew->next();
  return dynamic_cast<caf::scheduled_actor*>(job);
}

class player {
public:
  player(std::uint64_t seed, bool keep_history);
  ending play();

private:
  struct living {
    std::string name;
    caf::actor_addr who;
  };
  struct death {
    std::string kind;
    std::uint64_t steps;  ///< of any actor until then, so that it falls among messages under way
  };

  // time and order
  void plan_deaths();
  void plan_cancel();
  core::instant now();
  std::optional<duration> next_moment() const;
  void go_to(duration moment);
  void let_things_happen();
  void run_any_job();
  void get_to_know(caf::resumable* job);
  void died(caf::actor_id id, const caf::error& why);
  bool strike(const std::string& kind);

  // what is shown
  void hear();
  void hear(const core::stream_event&);
  void judge_slots();
  void judge_end(const core::stream_event&);
  void violation(const std::string& words) {
    violations_.push_back(std::to_string(time_.now().count() / 1000) + " s: " + words);
  }

  scenario story_;
  dice dice_;
  timeline time_;
  world world_;
  checker judge_;
  std::vector<std::string> violations_;
  std::shared_ptr<kept_lines> disk_ = std::make_shared<kept_lines>();
  std::shared_ptr<actor_cluster> cluster_;
  std::map<core::duration, duration> moments_;  ///< by our wall clock
  std::map<std::string, core::item_index> items_;
  std::vector<item_status> shown_;
  std::size_t heard_ = 0;
  std::map<caf::actor_id, living> alive_;
  std::vector<death> deaths_;  ///< whose moment has come
  std::size_t aimed_ = 0;
  std::set<caf::actor_id> killed_;
  bool over_ = false;
  std::unique_ptr<stage::theatre> stage_;
  caf::actor_clock::time_point curtain_;  ///< CAF's time when the story began
};

player::player(std::uint64_t seed, bool keep_history)
    : story_(story_of(seed)), dice_(seed ^ 0xac70'25), world_(story_, time_), judge_(story_, time_, world_),
      shown_(story_.tasks.size(), item_status::pending) {
  judge_.keep_history = keep_history;
  for (core::item_index i = 0; i < story_.tasks.size(); ++i)
    items_[story_.tasks[i].id] = i;
  cluster_ = std::make_shared<actor_cluster>(
      actor_cluster::parts{story_, time_, world_, judge_, *disk_, violations_});
  stage_ = std::make_unique<stage::theatre>([this](actors::system_config& c) {
    c.slurm = cluster_;
    c.arrays = story_.arrays;
    c.lone_items = true;
    c.reader_aside = false;
    c.claims = [this](const std::string&, const std::string& token, bool take) {
      return cluster_->claim_of(token, take);
    };
    c.rules = story_.rules;
    c.now = [this] { return now(); };
    c.open_store = [this](const actors::run_facts&) -> io::result<std::unique_ptr<actors::run_store>> {
      return std::make_unique<timed_store>(time_, world_, disk_, story_.seed);
    };
  });
  curtain_ = stage_->sched.clock().current_time;
  plan_deaths();
  plan_cancel();
}

ending player::play() {
  stage_->start(document_of(story_), story_.max_concurrent);
  const auto end = last_moment(story_);
  for (let_things_happen(); !over_ && time_.now() < end; let_things_happen()) {
    const auto next = next_moment();
    if (!next)
      break;
    go_to(*next);
  }
  if (!over_)
    violation("G6: the run is not over");
  judge_.finish(over_);
  time_ = {};  // its plans hold actors
  stage_.reset();
  ending out{judge_.violations(), judge_.hash(), story_.tasks.size(), 0, {}};
  out.violations.insert(out.violations.end(), violations_.begin(), violations_.end());
  if (judge_.keep_history) {
    describe(story_, out.history);
    out.history.insert(out.history.end(), judge_.history().begin(), judge_.history().end());
    describe(world_, out.history);
  }
  return out;
}

// -- time and order --------------------------------------------------------------------------------------------------

void player::plan_deaths() {
  // Not at the moment itself: some steps later, while messages are under way.
  const auto at = [this](duration moment) {
    time_.at(moment, [this] {
      constexpr std::array kinds{"settle.item", "settle.item", "settle.slurm", "settle.supervisor"};
      const auto aims = dice_.chance(25) ? 2 : 1;  // two at once lose what one alone would have kept
      for (int i = 0; i < aims && aimed_ < deaths_max; ++i, ++aimed_)
        deaths_.push_back({kinds[dice_.below(kinds.size())], dice_.below(25)});
    });
  };
  for (const auto& f : story_.faults)
    if (f.what == fault::crash)
      at(f.from);
  if (dice_.chance(75))
    for (auto n = dice_.between(1, 8); n > 0; --n)
      at(dice_.chance(50) ? ms{dice_.between(0, 120'000)} : ms{dice_.between(0, story_.calm.count())});
}

void player::plan_cancel() {
  if (story_.cancel_at != duration{})
    time_.at(story_.cancel_at,
             [this] { actors::compat::anon_send(stage_->root, actors::cancel_run{stage_->answer.run}); });
}

core::instant player::now() {
  auto wall = seconds{world::epoch - story_.skew_s} + time_.now();
  for (const auto& f : story_.faults)
    if (f.what == fault::clock_step && f.from <= time_.now())
      wall += seconds{f.amount};
  moments_.emplace(wall, time_.now());
  return {time_.now() + actor_cluster::offset, wall};
}

std::optional<duration> player::next_moment() const {
  auto next = time_.next();
  const auto& timers = stage_->sched.clock().schedule();
  if (!timers.empty()) {
    const auto due = std::chrono::ceil<duration>(timers.begin()->first - curtain_);
    next = std::min(next.value_or(due), due);
  }
  return next;
}

void player::go_to(duration moment) {
  time_.at(moment, [] {});  // so that the timeline goes along where only a timer is due
  time_.step();
  stage_->sched.advance_time(curtain_ + time_.now() - stage_->sched.clock().current_time);
}

/// Everything that is due at this moment, in any order that the actors could see.
void player::let_things_happen() {
  auto& sched = stage_->sched;
  for (bool more = true; more && !over_;) {
    const bool planned = time_.next() && *time_.next() <= time_.now();
    more = planned || sched.has_job();
    if (sched.has_job() && !(planned && dice_.chance(30)))
      run_any_job();
    else if (planned)
      time_.step();
    sched.advance_time({});  // timers without a wait
    hear();
  }
  cluster_->instant_over();
}

void player::run_any_job() {
  auto& jobs = stage_->sched.jobs;
  std::for_each(jobs.begin(), jobs.end(), [this](caf::resumable* job) { get_to_know(job); });
  const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(dice_.below(jobs.size()));
  std::rotate(jobs.begin(), chosen, chosen + 1);
  stage_->sched.run_once();
  for (auto& d : deaths_)
    if (d.steps > 0)
      --d.steps;
  std::erase_if(deaths_, [this](const death& d) { return d.steps == 0 && strike(d.kind); });
}

void player::get_to_know(caf::resumable* job) {
  auto* actor = actor_of(job);
  const std::string name = actor ? actor->name() : "";
  if (name != "settle.supervisor" && name != "settle.slurm" && name != "settle.item")
    return;
  const auto id = actor->id();
  if (!alive_.try_emplace(id, living{name, actor->address()}).second)
    return;
  actor->attach_functor([this, id](const caf::error& why) { died(id, why); });
}

void player::died(caf::actor_id id, const caf::error& why) {
  const auto it = alive_.find(id);
  if (over_ || it == alive_.end())
    return;
  if (it->second.name == "settle.slurm")
    cluster_->backend_died();
  if (why && killed_.count(id) == 0 && why != caf::exit_reason::user_shutdown)
    violation("G3: " + it->second.name + " died: " + stage_->sys.render(why));
  alive_.erase(it);
}

/// Kills one of this kind that has mail, which it takes along. False: nobody has any yet.
bool player::strike(const std::string& kind) {
  std::vector<caf::actor_id> victims;
  for (auto* job : stage_->sched.jobs)
    if (auto* actor = actor_of(job); actor && alive_.count(actor->id()) != 0)
      victims.push_back(actor->id());
  std::erase_if(victims,
                [&](caf::actor_id id) { return alive_.at(id).name != kind || killed_.count(id) != 0; });
  if (victims.empty())
    return false;
  const auto id = victims[dice_.below(victims.size())];
  killed_.insert(id);
  if (const auto who = caf::actor_cast<caf::actor>(alive_.at(id).who))
    caf::anon_send_exit(who, caf::exit_reason::kill);
  judge_.note(kind + " is killed");
  return true;
}

// -- what is shown ---------------------------------------------------------------------------------------------------

void player::hear() {
  const auto& all = stage_->story->events;
  for (; heard_ < all.size(); ++heard_)
    hear(all[heard_]);
  if (!stage_->story->last)
    return;
  over_ = true;
  if (!stage_->story->trouble.empty())
    violation("G3: settle gave up: " + stage_->story->trouble);
}

void player::hear(const core::stream_event& e) {
  if (e.seq != heard_ + 1)
    violation("G3: event " + std::to_string(e.seq) + " came as number " + std::to_string(heard_ + 1));
  if (disk_->count(actors::to_json(e)) == 0)
    violation("G4: event " + std::to_string(e.seq) + " was shown before it was durable");
  if (e.kind == stream_kind::run_finished)
    judge_end(e);
  if (e.kind == stream_kind::notice)
    judge_.note(e.error);
  const bool of_an_item =
      e.kind == stream_kind::item || e.kind == stream_kind::rerun || e.kind == stream_kind::verdict_corrected;
  if (!of_an_item)
    return;
  const auto index = items_.at(e.item);
  core::item it;
  it.status = e.status;
  it.job_id = e.job_id;
  it.attempt = e.attempt;
  if (core::is_terminal(e.status))
    it.reached = core::verdict{e.status, e.who, e.why, e.exit_code, e.signal, e.error, e.warning, {}};
  const auto decided = moments_.find(e.at);
  judge_.shown(index, it, e.kind, decided == moments_.end() ? time_.now() : decided->second);
  shown_[index] = e.status;
  judge_slots();
}

void player::judge_slots() {
  core::counts tally;
  for (auto s : shown_)
    ++tally.by_status[static_cast<std::size_t>(s)];
  judge_.slots(tally, tally.live());
}

void player::judge_end(const core::stream_event& e) {
  if (!std::all_of(shown_.begin(), shown_.end(), core::is_terminal))
    violation("G3: the run is finished, and some item has no verdict");
  for (std::size_t s = 0; s < core::item_status_count; ++s)
    if (e.tally.by_status[s] !=
        static_cast<std::uint64_t>(std::count(shown_.begin(), shown_.end(), static_cast<item_status>(s))))
      violation("G3: the counts at the end are not those of the verdicts");
}

}  // namespace

ending play_actors(std::uint64_t seed, bool keep_history) {
  player p(seed, keep_history);
  return p.play();
}

}  // namespace sim

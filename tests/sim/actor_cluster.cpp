#include "tests/sim/actor_cluster.hpp"

#include "actors/keys.hpp"
#include "actors/translate/journal_json.hpp"
#include "io/slurm/commands.hpp"
#include "tests/sim/answers.hpp"

namespace sim {

using namespace settle;

namespace {

/// The task's index: its name is t0, t1, … and begins the job's.
std::size_t task_of(const std::string& job_name) {
  return std::stoul(job_name.substr(1));
}

}  // namespace

actor_cluster::actor_cluster(parts p)
    : story_(p.story), time_(p.time), world_(p.cluster), judge_(p.judge), disk_(p.disk),
      violations_(p.violations), dice_(p.story.seed ^ 0xc1a5'7e12), answers_late_(p.story.seed % 2 == 0) {}

void actor_cluster::violation(std::string words) {
  violations_.push_back(std::to_string(time_.now().count() / 1000) + " s: " + std::move(words));
}

void actor_cluster::backend_died() {
  ++backend_;
  listing_ = false;
  read_now_.clear();
  heard_now_.clear();
  judge_.process_began();
}

void actor_cluster::instant_over() {
  for (const auto& l : std::exchange(read_now_, {}))
    judge_.listed(l.answered, l.begun, l.told);
  for (const auto& name : std::exchange(heard_now_, {}))
    world_.mark_unclear(name, std::nullopt, false);
}

/// Mostly a moment, now and then most of it.
duration actor_cluster::late(std::int64_t most_ms) {
  return !answers_late_     ? duration{}
         : dice_.chance(30) ? ms{dice_.between(0, most_ms)}
                            : ms{dice_.between(0, 1500)};
}

template <class Ask, class Done>
void actor_cluster::command(const char* name, Ask ask, Done done) {
  // An unclear sbatch is searched for after twice the deadline and ten seconds more: the way there may not take longer.
  const auto way = ms{2} + late(25'000);
  judge_.note(std::string{name} + " begins");
  time_.after(way, [this, name, way, ask = std::move(ask), done = std::move(done)] {
    auto said = ask();
    judge_.note(std::string{name} + " is carried out");
    const auto takes = std::min(said.elapsed + late(35'000), story_.rules.command_deadline - way);
    said.elapsed = way + takes;
    time_.after(takes, [this, name, said = std::move(said), done] {
      judge_.note(std::string{name} + (said.end.exit == 0 ? " answers" : " fails"));
      done(said);
    });
  });
}

void actor_cluster::list(std::function<void(actors::listing_answer)> done) {
  judge_.called(++cycles_, true);
  if (std::exchange(listing_, true))
    violation("G5: a second squeue while one is under way");
  command(
      "squeue",
      [this] {
        auto said = world_.squeue();
        listing_told_ = !world_.listing_told_nothing();
        return said;
      },
      [this, done, begun = time_.now(), backend = backend_](const io::command_result& said) {
        auto answer = listing_of(said);
        answer.begun = begun + offset;
        if (backend == backend_) {
          listing_ = false;
          read_now_.push_back({answer.what.has_value(), begun, listing_told_});
        }
        done(std::move(answer));
      });
}

void actor_cluster::account(std::vector<std::uint64_t> ids, std::size_t,
                            std::function<void(actors::accounting_answer)> done) {
  ask_accounting(std::move(ids), {}, 0, std::move(done));
}

void actor_cluster::account_by_name(std::vector<std::string> names, core::epoch_seconds since,
                                    std::function<void(actors::accounting_answer)> done) {
  ask_accounting({}, std::move(names), since, std::move(done));
}

void actor_cluster::ask_accounting(std::vector<std::uint64_t> ids, std::vector<std::string> names,
                                   core::epoch_seconds since,
                                   std::function<void(actors::accounting_answer)> done) {
  judge_.called(cycles_, false);
  command(
      "sacct",
      [this, ids, names, since] {
        return names.empty() ? world_.sacct(ids) : world_.sacct_by_name(names, since);
      },
      [this, ids, done](const io::command_result& said) {
        auto answer = accounting_of(said, ids);
        answer.read = monotonic();
        done(std::move(answer));
      });
}

void actor_cluster::accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) {
  time_.after(ms{2} + late(25'000),
              [this, done] { time_.after(late(35'000), [done, said = world_.backlog()] { done(said); }); });
}

namespace {

/// The tokens of an array's tasks, as its script names them, by index.
std::map<std::uint32_t, std::string> tokens_of(const actors::job_spec& array) {
  std::map<std::uint32_t, std::string> out;
  for (const auto index : array.array) {
    const auto mark = "# task " + std::to_string(index) + " ";
    const auto at = array.script.find(mark) + mark.size();
    out[index] = array.script.substr(at, array.script.find(' ', at) - at);
  }
  return out;
}

}  // namespace

request actor_cluster::check_submission(const actors::job_spec& job) {
  request what{job.job_name, {}, !job.array.empty()};
  if (!what.is_array) {
    const auto task = task_of(job.job_name);
    what.tasks.emplace_back(0, task);
    names_[job.token] = {job.job_name, {}};
    if (!submitted_.insert(job.token).second)
      violation("G4: a second sbatch for one intent, t" + std::to_string(task));
    if (disk_.count(actors::intent_line(story_.tasks[task].id, job.token)) == 0)
      violation("G4: an sbatch before its intent was durable, t" + std::to_string(task));
    return what;
  }
  for (const auto& [index, token] : tokens_of(job)) {
    const auto said = actors::parts_of_token(token);
    if (!said) {
      violation("the script of array " + job.token + " lacks task " + std::to_string(index));
      continue;
    }
    what.tasks.emplace_back(index, said->item);
    names_[token] = {job.job_name, index};
    if (!submitted_.insert(token).second)
      violation("G4: a second sbatch for one intent, t" + std::to_string(said->item));
    if (disk_.count(actors::array_intent_line(story_.tasks[said->item].id, token, job.token, index)) == 0)
      violation("G4: an sbatch before its intent was durable, t" + std::to_string(said->item));
  }
  return what;
}

void actor_cluster::submit(const actors::job_spec& job, std::function<void(io::result<std::uint64_t>)> done) {
  const auto what = check_submission(job);
  std::vector<std::string> tokens;
  if (what.is_array)
    for (const auto& [index, token] : tokens_of(job))
      tokens.push_back(token);
  command(
      "sbatch",
      [this, what] {
        auto said = world_.sbatch(what);
        world_.mark_unclear(what.name, std::nullopt, true);
        return said;
      },
      [this, what, tokens, name = job.job_name, done, backend = backend_](const io::command_result& said) {
        auto answer = slurm::read_submission(said);
        const bool no_job = !answer && (answer.error().code == io::errc::unavailable ||
                                        answer.error().code == io::errc::too_many);
        if (no_job && what.is_array)  // its tasks may be asked for again under their intents
          for (const auto& token : tokens)
            submitted_.erase(token);
        if (answer && backend == backend_)
          heard_now_.push_back(name);
        done(std::move(answer));
      });
}

tasks::claim actor_cluster::claim_of(const std::string& token, bool take) {
  const auto i = names_.find(token);
  return i == names_.end() ? world_.claim_of(token, {}, take)  // its sbatch was never begun
                           : world_.claim_of(i->second.job, i->second.index, take);
}

void actor_cluster::cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) {
  command(
      "scancel", [this, ids] { return world_.scancel(ids); },
      [done](const io::command_result& said) {
        if (said.end.exit == 0)
          done({});
        else
          done(io::fail(io::errc::unavailable, said.err));
      });
}

}  // namespace sim

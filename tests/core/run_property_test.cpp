// Random graphs, random ends: counts are conserved, slots exact, and every item gets exactly one verdict (G3).
#include "actors/core/run.hpp"

#include "tests/core/item_driver.hpp"

#include <map>
#include <random>
#include <set>

using namespace settle::test;

namespace {

class world {
public:
  explicit world(std::uint64_t seed) : random_{seed}, cap_{roll(5)}, run_{cap_, roll(4) != 0} {
    join(1 + roll(30));
  }

  void play() {
    for (int i = 0; i < 3000 && !done(); ++i) {
      step();
      run_.check();
      REQUIRE((cap_ == 0 || run_.slots_used() <= cap_));
    }
  }

  /// Late accounting tells of everything that is still unconfirmed; who was held back by that goes on.
  void calm() {
    for (int i = 0; i < 100'000 && !(done() && run_.confirmed()); ++i) {
      for (item_index x = 0; x < run_.size(); ++x)
        if (const item& it = run_.at(x); it.reached && !is_confirmed(*it.reached))
          tell(x, {.kind = kind::accounting_answered,
                   .judged = roll(2) == 0 ? judged_success() : judged_failure()});
      step();
    }
  }

  bool done() const { return run_.tally().terminal() == run_.size(); }
  const run& it() const { return run_; }
  std::size_t finished() const { return finished_; }

  /// Nobody completed behind a dependency that failed, unless it was under way before that was known.
  void dependents_agree() const {
    for (const auto& [id, deps] : deps_)
      for (const std::string& dep : deps) {
        const item& first = run_.at(*run_.tasks().find(dep));
        const item& then = run_.at(*run_.tasks().find(id));
        if (first.status != item_status::completed && then.status == item_status::completed)
          REQUIRE(corrected_.contains(*run_.tasks().find(dep)));
        if (then.status == item_status::dep_failed)
          REQUIRE(then.reached->why == cause::dependency_failed);
      }
  }

private:
  std::size_t roll(std::size_t sides) { return random_() % sides; }

  void join(std::size_t count) {
    std::vector<std::string> ids;
    std::vector<std::vector<std::string>> deps(count);
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back("t" + std::to_string(run_.size() + i));
      for (std::size_t d = 0; d < roll(4); ++d)
        if (run_.size() + i > 0)
          deps[i].push_back("t" + std::to_string(roll(run_.size() + i)));
    }
    std::vector<task_ref> refs;
    for (std::size_t i = 0; i < count; ++i) {
      refs.push_back({ids[i], deps[i]});
      deps_[ids[i]] = deps[i];
    }
    run_change change;
    REQUIRE(run_.add(refs, {}, &change).empty());
    for (const item_index i : change.doomed)
      verdict_given(i);
  }

  void verdict_given(item_index i) { REQUIRE(ended_.insert(i).second); }

  void took_effect(const run_change& change) {
    for (const item_index i : change.doomed)
      verdict_given(i);
    finished_ += change.finished ? 1 : 0;
  }

  void tell(item_index i, event e) {
    now_.monotonic += seconds{1};
    now_.wall += seconds{1};
    e.at = now_;
    e.begun = e.read = now_.monotonic;
    item it = run_.at(i);
    const bool was_over = is_terminal(it.status);
    const fx effects = advance(it, e, {});
    if (is_terminal(it.status) && !was_over)
      verdict_given(i);
    if (std::count(effects.begin(), effects.end(), effect::report_correction) > 0)
      corrected_.insert(i);
    took_effect(run_.update(i, it));
    if (std::count(effects.begin(), effects.end(), effect::submit_again) > 0)
      took_effect(run_.give_back(i));
  }

  void step() {
    if (roll(40) == 0 && run_.size() < 60 && !done())
      join(1 + roll(5));
    if (roll(2) == 0)
      if (const auto i = run_.take_ready())
        tell(*i, {.kind = kind::submit_asked});
    const auto i = static_cast<item_index>(roll(run_.size()));
    const item& it = run_.at(i);
    if (it.status == item_status::pending)
      answer_submission(i, it);
    else if (is_live(it.status))
      observe(i, it);
  }

  void answer_submission(item_index i, const item& it) {
    if (it.sub == submission::asked) {
      static const kind answers[] = {kind::submit_accepted, kind::submit_accepted, kind::submit_accepted,
                                     kind::submit_deferred, kind::submit_unclear,  kind::submit_refused};
      tell(i, {.kind = answers[roll(6)], .job_id = i + 1UL});
    } else if (it.sub == submission::unclear) {
      tell(i, {.kind = roll(2) == 0 ? kind::submit_accepted : kind::search_silent, .job_id = i + 1UL});
    }
  }

  void observe(item_index i, const item& it) {
    static const kind shown[] = {kind::listed_waiting,   kind::listed_alive, kind::absent,
                                 kind::listed_succeeded, kind::absent,       kind::listed_failed};
    if (it.status != item_status::settling) {
      tell(i, {.kind = shown[roll(6)]});
      return;
    }
    switch (roll(4)) {
    case 0:
      tell(i, {.kind = kind::accounting_failed});
      tell(i, {.kind = kind::no_record_due});
      break;
    case 1:
      tell(i, {.kind = kind::accounting_answered, .judged = judged_failure()});
      break;
    case 2:
      tell(i, {.kind = kind::absent});
      break;
    default:
      tell(i, {.kind = kind::accounting_answered, .judged = judged_success()});
    }
  }

  std::mt19937_64 random_;
  std::size_t cap_;
  run run_;
  instant now_{.monotonic = seconds{1000}, .wall = seconds{1'700'000'000}};
  std::set<item_index> ended_;
  std::set<item_index> corrected_;
  std::map<std::string, std::vector<std::string>> deps_;
  std::size_t finished_ = 0;
};

}  // namespace

TEST_CASE("every item gets exactly one verdict, and counts and slots agree at every event", "[core][run]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    world w{seed};
    w.play();
    w.calm();
    w.it().check();
    REQUIRE(w.done());
    REQUIRE(w.it().confirmed());
    REQUIRE(w.it().slots_used() == 0);
    REQUIRE(w.finished() >= 1);
    w.dependents_agree();
  }
}

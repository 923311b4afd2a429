#include "tests/sim/story.hpp"

#include "tests/sim/checker.hpp"
#include "tests/sim/driver.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/timeline.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>
#include <memory>

namespace sim {

duration last_moment(const scenario& s) {
  duration work{};
  for (const auto& t : s.tasks)
    for (const auto& l : t.lives)
      work += l.waits + l.runs + seconds{120};
  const auto patience = *s.rules.settle_no_record + s.rules.submit_no_record + s.rules.search_silence;
  return s.calm + work + patience * 4 + seconds{3600};
}

void describe(const scenario& s, std::vector<std::string>& out) {
  for (const auto& f : s.faults)
    out.push_back("fault " + std::string{to_text(f.what)} + " from " + std::to_string(f.from.count() / 1000) +
                  " s to " + std::to_string(f.to.count() / 1000) + " s");
}

void describe(const world& w, std::vector<std::string>& out) {
  for (const auto& j : w.jobs())
    for (const auto& l : j.lives)
      out.push_back("job " + std::to_string(j.id) + " " + j.given_name + (j.forgotten ? " (forgotten)" : "") +
                    " how " + std::to_string(static_cast<int>(l.plan.how)) + " code " +
                    std::to_string(l.plan.code) + (l.cancelled ? " cancelled" : "") + " started " +
                    std::to_string(l.started ? l.started->count() / 1000 : -1) + " ended " +
                    std::to_string(l.ended ? l.ended->count() / 1000 : -1));
}

ending play(std::uint64_t seed, mutation wrong, bool keep_history) {
  const auto story = make_scenario(seed);
  timeline time;
  world cluster(story, time);
  checker judge(story, time, cluster);
  judge.keep_history = keep_history;
  disk kept;
  std::unique_ptr<driver> process;
  std::size_t kills = 0;
  auto start = [&] {
    judge.process_began();
    process = std::make_unique<driver>(story, time, cluster, kept, judge, wrong);
  };
  for (const auto& f : story.faults)
    if (f.what == fault::crash) {
      const auto strike_now = [&] {
        if (process && time.now() <= f.to) {
          process.reset();
          cluster.sightings_lost();
          ++kills;
        }
      };
      time.at(f.from, [&, strike_now] {
        if (f.when == strike::at_once)
          strike_now();
        else if (process)
          process->die_amid(f.when, strike_now);
      });
      time.at(f.to + ms{1}, [&] {
        if (!process)
          start();
      });
    }
  if (story.cancel_at != duration{})
    time.at(story.cancel_at, [&] {
      kept.cancel_asked = true;
      if (process)
        process->cancel_run();
    });
  start();
  const auto end = last_moment(story);
  while (!(process && process->finished()) && time.now() < end && time.step())
    ;
  const bool settled = process && process->finished();
  // A submission that was given up may come to light when all is over.
  const auto light = time.now() + world::longest_delay;
  while (cluster.anything_delayed() && time.now() < light && time.step())
    ;
  judge.finish(settled);
  ending out{judge.violations(), judge.hash(), story.tasks.size(), kills, {}};
  if (keep_history) {
    describe(story, out.history);
    out.history.insert(out.history.end(), judge.history().begin(), judge.history().end());
    describe(cluster, out.history);
  }
  return out;
}

}  // namespace sim

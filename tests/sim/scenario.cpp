#include "tests/sim/scenario.hpp"

#include "tests/sim/dice.hpp"

#include <algorithm>
#include <array>

namespace sim {

namespace {

duration within(dice& d, std::int64_t low_s, std::int64_t high_s) {
  return ms{d.between(low_s * 1000, high_s * 1000)};
}

planned_life make_life(dice& d, bool last) {
  planned_life l;
  l.waits = d.chance(60) ? within(d, 0, 3) : within(d, 0, 120);
  l.runs = d.chance(40) ? within(d, 0, 3) : d.chance(70) ? within(d, 1, 60) : within(d, 60, 500);
  if (!last) {
    constexpr std::array interruptions{outcome::node_fail, outcome::preempted, outcome::exit_code};
    l.how = interruptions[d.below(interruptions.size())];
    l.code = 3;
    l.requeue = true;
    return l;
  }
  if (d.chance(45))
    return l;
  l.how = static_cast<outcome>(d.below(static_cast<std::uint64_t>(outcome::step_failure) + 1));
  constexpr std::array codes{1, 2, 3, 9, 77, 127, 128, 129, 137, 143, 255};
  if (l.how == outcome::exit_code)
    l.code = codes[d.below(codes.size())];
  if (l.how == outcome::signal)
    l.code = 9;
  return l;
}

planned_task make_task(dice& d, std::size_t index) {
  planned_task t;
  t.id = "t" + std::to_string(index);
  if (index > 0 && d.chance(20))
    t.deps.push_back("t" + std::to_string(d.below(index)));
  const auto requeues = d.chance(25) ? d.between(1, 3) : 0;
  for (std::int64_t i = 0; i <= requeues; ++i)
    t.lives.push_back(make_life(d, i == requeues));
  return t;
}

bool is_moment(fault f) {
  return f == fault::controller_killed || f == fault::clock_step || f >= fault::admin_rename;
}

fault_window make_fault(dice& d, duration calm) {
  fault_window w;
  w.what = static_cast<fault>(d.below(fault_count_anywhere));
  w.from = ms{d.between(0, calm.count() - 1000)};
  w.to = is_moment(w.what) ? w.from
                           : w.from + (d.chance(60)   ? within(d, 1, 60)
                                       : d.chance(70) ? within(d, 60, 400)
                                                      : within(d, 400, 2000));
  w.to = std::min(w.to, calm);
  if (w.what == fault::crash) {
    w.to = std::min(calm, w.from + within(d, 0, 120));
    w.when = d.chance(50)   ? strike::at_once
             : d.chance(34) ? strike::amid_sbatch
             : d.chance(50) ? strike::amid_write
                            : strike::amid_verdict;
  }
  if (w.what == fault::clock_step)
    w.amount = d.between(-400, 400);
  return w;
}

}  // namespace

std::string_view to_text(fault f) {
  constexpr std::array<std::string_view, fault_count> words{
      "controller down",  "controller hung",   "accounting down", "accounting hung", "accounting lags",
      "accounting loses", "garbage",           "lost replies",    "limits",          "files away",
      "slow disk",        "controller killed", "clock step",      "crash",           "admin requeue",
      "admin rename",     "foreign jobs",      "admin cancel",    "copied job"};
  return words[static_cast<std::size_t>(f)];
}

scenario make_scenario(std::uint64_t seed) {
  dice d(seed);
  scenario s;
  s.seed = seed;
  const auto tasks = d.chance(10) ? d.between(12, 30) : d.between(1, 8);
  for (std::int64_t i = 0; i < tasks; ++i)
    s.tasks.push_back(make_task(d, static_cast<std::size_t>(i)));
  s.calm = within(d, 60, 2400);
  const auto faults = d.chance(10) ? 0 : d.between(1, 6);
  for (std::int64_t i = 0; i < faults; ++i)
    s.faults.push_back(make_fault(d, s.calm));
  s.rules.settle_no_record = within(d, 30, 600);
  s.rules.submit_no_record = within(d, 60, 300);
  s.rules.poll_interval = d.chance(70) ? seconds{15} : within(d, 2, 60);
  s.max_concurrent = d.chance(40) ? static_cast<std::size_t>(d.between(1, 4)) : 0;
  s.min_job_age = d.chance(50) ? within(d, 1, 5) : within(d, 30, 300);
  s.skew_s = d.chance(50) ? 0 : d.chance(50) ? d.between(-150, 150) : d.between(-30'000, 30'000);
  s.slow_books = d.chance(15);
  s.accounting_kept = !d.chance(6);
  if (!s.accounting_kept)  // then the controller's memory is all there is to find a lost submission by
    s.min_job_age = std::max(s.min_job_age, duration{seconds{300}});
  s.witnesses = d.chance(40);
  if (d.chance(12))
    s.cancel_at = ms{d.between(1, s.calm.count())};
  s.codes_cut = d.chance(80);
  s.arrays = d.chance(60);
  s.array_most = d.chance(25) ? static_cast<std::size_t>(d.between(1, 5)) : 0;
  s.arrays_refused = d.chance(10);
  if (s.arrays && d.chance(25))
    s.faults.push_back({fault::admin_cancel, within(d, 0, 200), {}});
  s.claims = d.chance(70);
  if (s.claims && d.chance(20))
    s.faults.push_back({fault::copied_job, within(d, 0, 300), {}});
  return s;
}

}  // namespace sim

// What the simulated cluster's other commands answer, and what the faults make of any answer.
#include "tests/sim/world.hpp"

#include "io/job_id.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sim {

using settle::io::command_result;

// -- sdiag, sbatch, scancel, and the files of the jobs ---------------------------------------------------------------

std::optional<std::uint64_t> world::backlog() const {
  if (is(fault::controller_down) || is(fault::controller_hung))
    return std::nullopt;
  return on_the_way_;
}

command_result world::sbatch(const request& what) {
  if (is(fault::controller_hung)) {
    // It stands in the controller's socket: it is executed when the controller goes on, whoever still waits.
    if (dice_.chance(50))
      time_.at(end_of(fault::controller_hung) + ms{dice_.between(1, 30'000)},
               [this, what] { make(what, true); });
    return refuse("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
                  seconds{20});
  }
  if (is(fault::controller_down))
    return refuse(
        "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n",
        refusal_time);
  if (is(fault::limits))
    return refuse(
        "sbatch: error: AssocMaxSubmitJobLimit\n"
        "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, "
        "user's size and/or time limits)\n",
        ms{30});
  if (what.is_array && story_.arrays_refused)
    return refuse("sbatch: error: Batch job submission failed: Invalid job array specification\n", ms{30});
  if (what.is_array && story_.array_most != 0 && what.tasks.size() > story_.array_most)
    return refuse(
        "sbatch: error: QOSMaxSubmitJobPerUserLimit\n"
        "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, "
        "user's size and/or time limits)\n",
        ms{30});
  const bool lost = is(fault::lost_replies) && dice_.chance(70);
  if (lost && dice_.chance(40))
    return hang();
  if (lost && dice_.chance(40)) {  // a busy controller takes its time
    // It may also lie somewhere until everybody has given it up.
    const bool very_late = story_.claims && dice_.chance(40);
    ++delayed_;
    time_.after(very_late ? ms{dice_.between(90'000, 1'500'000)} : ms{dice_.between(1000, 90'000)},
                [this, what] {
                  --delayed_;
                  make(what, true);
                });
    return hang();
  }
  const auto id = make(what, lost);
  if (lost)
    return dice_.chance(50)
               ? hang()
               : refuse(
                     "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
                     seconds{20});
  return answer(std::to_string(id) + "\n");
}

command_result world::scancel(const std::vector<std::uint64_t>& ids) {
  if (controller_away())
    return refuse("scancel: error: Kill job error: Unable to contact slurm controller (connect failure)\n",
                  refusal_time);
  for (auto id : ids)
    for (auto j : std::vector(in_memory_)) {
      const bool whole = jobs_[j].array == 0 ? jobs_[j].id == id : jobs_[j].array == id;
      const bool task =
          jobs_[j].array != 0 && settle::io::array_task_id(jobs_[j].array, jobs_[j].index) == id;
      if (task && (jobs_[j].at == phase::pending || jobs_[j].at == phase::running))
        leave_rest(j);
      if (whole || task)
        cancel(j, true);
    }
  return answer({});
}

std::optional<exit_note> world::note_of(const std::string& job_name,
                                        std::optional<std::uint32_t> index) const {
  auto i = notes_.find(note_key(job_name, index));
  if (!story_.witnesses || is(fault::files_away) || i == notes_.end())
    return std::nullopt;
  return i->second;
}

bool world::anything_delayed() const {
  return delayed_ != 0 || std::any_of(in_memory_.begin(), in_memory_.end(), [this](std::size_t j) {
           return !jobs_[j].foreign && jobs_[j].unclear && jobs_[j].at == phase::pending;
         });
}

settle::tasks::claim world::claim_of(const std::string& job_name, std::optional<std::uint32_t> index,
                                     bool take) {
  using settle::tasks::claim_holder;
  if (is(fault::files_away))
    return {claim_holder::unknown};
  const auto key = note_key(job_name, index);
  if (take)
    claims_.emplace(key, 0);
  const auto i = claims_.find(key);
  if (i == claims_.end())
    return {};
  return i->second == 0 ? settle::tasks::claim{claim_holder::settle}
                        : settle::tasks::claim{claim_holder::job, i->second};
}

// -- answers -------------------------------------------------------------------------------------------------------

command_result world::answer(std::string out) {
  command_result a;
  a.end.exit = 0;
  a.out_bytes = out.size();
  a.out = std::move(out);
  a.elapsed = ms{dice_.between(5, 200)};
  return a;
}

command_result world::refuse(std::string_view err, duration took) const {
  command_result a;
  a.end.exit = 1;
  a.err = err;
  a.elapsed = took;
  return a;
}

command_result world::hang() const {
  command_result a;
  a.end.signal = 15;
  a.timed_out = true;
  a.elapsed = story_.rules.command_deadline;
  return a;
}

/// Cut, garbled, void: everything that a dying command, a full pipe or a wrapper was seen to do.
command_result world::spoil(command_result clean, bool& was_blank) {
  if (!is(fault::garbage) || !dice_.chance(50)) {
    was_blank = false;
    return clean;
  }
  auto spoilt = garble(clean);
  // Empty without a word, but not twice in a row: nobody could tell that from a queue that is empty.
  const bool blank = spoilt.end.exit == 0 && spoilt.out.empty() && spoilt.err.empty();
  if (blank && std::exchange(was_blank, true))
    return clean;
  was_blank = blank;
  return spoilt;
}

command_result world::garble(command_result a) {
  switch (dice_.below(8)) {
  case 0:  // cut within a line, and the command says so
    a.out.resize(static_cast<std::size_t>(dice_.below(a.out.size() + 1)));
    a.end.exit = 1;
    break;
  case 1:  // cut within a line, and nobody says so
    if (!a.out.empty())
      a.out.resize(a.out.size() - 1 -
                   static_cast<std::size_t>(dice_.below(std::min<std::size_t>(a.out.size() - 1, 30) + 1)));
    if (!a.out.empty() && a.out.back() == '\n')
      a.out.pop_back();
    break;
  case 2:  // nothing, and a complaint
    a.out.clear();
    a.err = "slurm_load_jobs error: Zero Bytes were transmitted or received\n";
    break;
  case 3: {  // a letter of some row's state or number is wrong
    if (a.out.size() > 2) {
      const auto at = static_cast<std::size_t>(
          dice_.below(a.out.find('|') == std::string::npos ? 1 : a.out.find('|') + 4));
      a.out[at] = '\x01';
    }
    break;
  }
  case 4:  // nothing, and nobody says why: a cluster of another name, a filter in somebody's wrapper
  case 5:
    a.out.clear();
    break;
  case 6:  // killed
    a.end = {};
    a.end.signal = 9;
    break;
  default:  // a daemon's banner in front
    a.out.insert(0, "Welcome to the cluster!\n");
    break;
  }
  return a;
}

}  // namespace sim

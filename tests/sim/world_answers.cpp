// What the simulated cluster's commands print: Slurm's own formats and words, byte for byte as the real ones were
// captured, and what the faults make of them.
#include "tests/sim/world.hpp"

#include "io/array_indexes.hpp"
#include "io/job_id.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace sim {

namespace {

using settle::io::command_result;

constexpr auto refusal_time = seconds{19};  // MessageTimeout less one

/// A state as both commands print it, the raw wait status, and the reason.
struct ending {
  const char* state;
  int exit;
  int signal;
  const char* reason;
};

ending ending_of(const life& l, bool started) {
  if (l.cancelled)
    return {"CANCELLED", 0, started ? 15 : 0, "None"};
  switch (l.plan.how) {
  case outcome::success:
  case outcome::step_failure:
    return {"COMPLETED", 0, 0, "None"};
  case outcome::exit_code:
    return {"FAILED", l.plan.code, 0, "NonZeroExitCode"};
  case outcome::signal:
    return {"FAILED", 0, l.plan.code, "JobLaunchFailure"};
  case outcome::timeout:
    return {"TIMEOUT", 0, 15, "TimeLimit"};
  case outcome::out_of_memory:
    return {"OUT_OF_MEMORY", 0, 125, "OutOfMemory"};
  case outcome::node_fail:
    return {"NODE_FAIL", 0, 0, "NodeDown"};
  case outcome::preempted:
    return {"PREEMPTED", 0, 0, "None"};
  case outcome::boot_fail:
    return {"BOOT_FAIL", 0, 0, "None"};
  case outcome::deadline:
    return {"DEADLINE", 0, 0, "DeadLine"};
  case outcome::launch_failure:
    return {"FAILED", 0, 53, "JobLaunchFailure"};
  }
  return {"COMPLETED", 0, 0, "None"};
}

void put(std::string& out, std::int64_t number) {
  out += std::to_string(number);
  out += '|';
}

}  // namespace

// -- squeue ----------------------------------------------------------------------------------------------------------

/// `indexes`: of all the tasks that it is the row of; empty: of no array.
const std::string& world::row_of(job& j, const std::string& indexes) {
  if (!j.row.empty())
    return j.row;
  const auto& now = j.lives.back();
  auto& out = j.row;
  const auto id = std::to_string(j.id);
  out = id + "|" + (indexes.empty() ? id + "|N/A|" : std::to_string(j.array) + "|" + indexes + "|");
  const bool over = j.at == phase::ended;
  const auto end = ending_of(now, now.started.has_value());
  // While it is COMPLETING a requeue shows the next life's count already (measured).
  const auto& plans = story_.tasks[j.foreign ? 0 : j.task].lives;
  const bool returns = !j.foreign && !now.cancelled && now.plan.requeue && j.lives.size() < plans.size();
  auto restarts = now.restarts + (j.at == phase::completing && returns ? 1 : 0);
  switch (j.at) {
  case phase::pending:
    out += "PENDING|0|";
    break;
  case phase::running:
    out += "RUNNING|0|";
    break;
  case phase::completing:
    out += "COMPLETING|0|";
    break;
  case phase::ended:
    out += end.state;
    out += '|';
    put(out, (end.exit << 8) | end.signal);
    break;
  }
  put(out, restarts);
  put(out, now.submit);
  if (now.started)
    put(out, seconds_at(*now.started));
  else if (over)
    put(out, seconds_at(*now.told));
  else
    out += "N/A|";
  if (now.told)
    put(out, seconds_at(*now.told));
  else if (now.started)
    put(out, seconds_at(*now.started) + 3600);
  else
    out += "N/A|";
  out += j.at == phase::pending ? (now.restarts > 0 ? "BeginTime" : "Priority") : over ? end.reason : "None";
  out += '|';
  out += j.name;
  out += '\n';
  return out;
}

command_result world::squeue() {
  if (is(fault::controller_hung))
    return hang();
  if (is(fault::controller_down))
    return refuse("slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
                  refusal_time);
  std::string out;
  for (auto j : in_memory_) {
    jobs_[j].listed = true;
    if (!jobs_[j].rest)
      out += row_of(jobs_[j], jobs_[j].array != 0 ? std::to_string(jobs_[j].index) : std::string{});
  }
  add_rests(out);
  return spoil(answer(std::move(out)), blank_listing_);
}

/// One row for all of an array that never began and stand alike.
void world::add_rests(std::string& out) {
  std::map<std::tuple<std::uint64_t, std::string, phase>, std::vector<std::size_t>> rests;
  for (auto j : in_memory_)
    if (jobs_[j].rest)
      rests[{jobs_[j].array, jobs_[j].name, jobs_[j].at}].push_back(j);
  for (const auto& [key, those] : rests) {
    std::vector<std::uint32_t> indexes;
    for (auto j : those)
      indexes.push_back(jobs_[j].index);
    auto& first = jobs_[those.front()];
    first.row.clear();
    out += row_of(first, settle::io::array_indexes(indexes).text());
    first.row.clear();
  }
}

// -- sacct -----------------------------------------------------------------------------------------------------------

void world::add_records(std::string& out, std::size_t j, std::int64_t since) const {
  const auto& it = jobs_[j];
  const auto shown =
      it.array != 0 ? std::to_string(it.array) + "_" + std::to_string(it.index) : std::to_string(it.id);
  for (const auto& r : books_[j])
    if (it.lives[r.life].submit >= since)
      add_record(out, j, r, std::to_string(it.id), shown);
}

/// Rows for those of an array that never began, one for all that stand alike.
void world::add_rest_records(std::string& out, const std::vector<std::size_t>& jobs,
                             std::int64_t since) const {
  std::map<std::tuple<std::uint64_t, std::string, bool, bool>, std::vector<std::size_t>> rests;
  for (auto j : jobs)
    if (jobs_[j].rest && !books_[j].empty() && jobs_[j].lives.front().submit >= since)
      rests[{jobs_[j].array, jobs_[j].name, books_[j].front().ended, books_[j].front().half}].push_back(j);
  for (const auto& [key, those] : rests) {
    std::vector<std::uint32_t> indexes;
    for (auto j : those)
      indexes.push_back(jobs_[j].index);
    const auto id = std::to_string(std::get<0>(key));
    add_record(out, those.front(), books_[those.front()].front(), id,
               id + "_[" + settle::io::array_indexes(indexes).text() + "]");
  }
}

void world::add_record(std::string& out, std::size_t j, const record& r, const std::string& id,
                       const std::string& shown) const {
  const auto& it = jobs_[j];
  {
    const auto& l = it.lives[r.life];
    const auto end = ending_of(l, l.started.has_value());
    const bool returns = r.life + 1 < it.lives.size() || (l.plan.requeue && !l.cancelled);
    const int code = story_.codes_cut && end.exit >= 128 ? end.exit - 128 : end.exit;
    const auto state = !r.ended                                      ? (r.half      ? "FAILED"
                                                                        : l.started ? "RUNNING"
                                                                                    : "PENDING")
                       : returns && l.plan.how == outcome::exit_code ? "REQUEUED"
                                                                     : end.state;
    const auto codes = r.ended
                           ? std::to_string(code) + ":" + std::to_string(end.signal == 15 ? 0 : end.signal)
                           : std::string{"0:0"};
    const auto start = l.started ? std::to_string(seconds_at(*l.started)) : std::string{"Unknown"};
    const auto told = r.ended ? std::to_string(seconds_at(*l.told)) : std::string{"Unknown"};
    out += id + "|" + shown + "|" + state;
    if (r.ended && l.cancelled)
      out += " by 1000";
    out += "|" + codes + (l.plan.how == outcome::step_failure && r.ended ? "|7:0|" : "|0:0|") +
           std::to_string(l.submit) + "|" + start + "|" + told + "|5|00:00.002||1|n1|" + it.name + "\n";
    if (!r.ended || !l.started || l.plan.how == outcome::boot_fail)
      return;
    const bool clean =
        !l.cancelled && (l.plan.how == outcome::success || l.plan.how == outcome::step_failure);
    const bool coded = !l.cancelled && l.plan.how == outcome::exit_code;
    out += id + ".batch|" + shown + ".batch|" +
           (clean   ? "COMPLETED"
            : coded ? "FAILED"
                    : "CANCELLED") +
           "|" +
           (clean || coded ? std::to_string(code) + ":0"
            : end.signal   ? "0:" + std::to_string(end.signal)
                           : std::string{}) +
           "||" + std::to_string(l.submit) + "|" + start + "|" + told + "|5|00:00.002|1M|1|n1|batch\n";
  }
}

command_result world::sacct(const std::vector<std::uint64_t>& ids) {
  if (!story_.accounting_kept)
    return refuse("Slurm accounting storage is disabled\n", ms{20});
  if (is(fault::accounting_hung))
    return hang();
  if (is(fault::accounting_down))
    return refuse("sacct: error: Problem talking to the database: Connection refused\n", ms{20});
  std::string out;
  for (auto id : ids) {
    if (auto i = by_id_.find(id); i != by_id_.end())
      for (auto j : i->second)
        add_records(out, j);
    const auto array = by_array_.find(settle::io::array_id_of(id));
    if (array == by_array_.end())
      continue;
    const bool whole = !settle::io::is_array_task(id);
    for (auto j : array->second)
      if (!jobs_[j].rest && (whole || jobs_[j].index == settle::io::array_index_of(id)))
        add_records(out, j);
    if (whole)  // asked about one task, sacct shows no row for many (measured)
      add_rest_records(out, array->second);
  }
  return spoil(answer(std::move(out)), blank_books_);
}

command_result world::sacct_by_name(const std::vector<std::string>& names, std::int64_t since) {
  std::vector<std::uint64_t> none;
  auto said = sacct(none);
  if (said.end.exit != 0 || !said.out.empty() || !said.err.empty())
    return said;
  std::vector<std::size_t> rests;
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    if (std::find(names.begin(), names.end(), jobs_[j].name) == names.end())
      continue;
    if (jobs_[j].rest)
      rests.push_back(j);
    else
      add_records(said.out, j, since);
  }
  add_rest_records(said.out, rests, since);
  return said;
}

std::optional<std::uint64_t> world::backlog() const {
  if (is(fault::controller_down) || is(fault::controller_hung))
    return std::nullopt;
  return on_the_way_;
}

// -- sbatch, scancel ---------------------------------------------------------------------------------------------

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
    time_.after(ms{dice_.between(1000, 90'000)}, [this, what] { make(what, true); });
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

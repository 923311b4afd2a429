// What the simulated cluster's squeue and sacct print of its jobs: Slurm's own formats and words, byte for byte as the
// real ones were captured.
#include "actors/core/limits.hpp"
#include "io/array_indexes.hpp"
#include "io/job_id.hpp"
#include "tests/sim/world.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace sim {

namespace {

using settle::io::command_result;

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

bool world::listing_told_nothing() const {
  const auto live = std::count_if(in_memory_.begin(), in_memory_.end(), [this](std::size_t j) {
    return !jobs_[j].foreign && jobs_[j].at != phase::ended;
  });
  return blank_listing_ && static_cast<std::size_t>(live) < settle::core::limits::suspicious_absence_min;
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

bool world::reads_requeued(const job& j, std::size_t l) const {
  const auto& it = j.lives[l];
  return it.plan.how == outcome::exit_code && (l + 1 < j.lives.size() || (it.plan.requeue && !it.cancelled));
}

void world::add_record(std::string& out, std::size_t j, const record& r, const std::string& id,
                       const std::string& shown) const {
  const auto& it = jobs_[j];
  const auto& l = it.lives[r.life];
  const auto end = ending_of(l, l.started.has_value());
  const int code = story_.codes_cut && end.exit >= 128 ? end.exit - 128 : end.exit;
  const auto state = !r.ended                     ? (r.half      ? "FAILED"
                                                     : l.started ? "RUNNING"
                                                                 : "PENDING")
                     : reads_requeued(it, r.life) ? "REQUEUED"
                                                  : end.state;
  const auto codes = r.ended ? std::to_string(code) + ":" + std::to_string(end.signal == 15 ? 0 : end.signal)
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
  const bool clean = !l.cancelled && (l.plan.how == outcome::success || l.plan.how == outcome::step_failure);
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

}  // namespace sim

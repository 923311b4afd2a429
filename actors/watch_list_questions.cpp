// The watch list's part that asks: accounting, and the search for unclear submissions.
#include "actors/watch_list.hpp"

#include "actors/event_of.hpp"
#include "io/job_id.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace settle::actors {

using core::event_kind;

// -- accounting ------------------------------------------------------------------------------------------------

namespace {

/// So often a task is asked about by its own id before its array is: it may have never begun, and then only a row for the
/// rest of its array tells of it. Its own row may only be late.
constexpr std::uint8_t asks_before_whole = 3;

/// Oldest first, one of each run in turn: where not all of them fit into a cycle's calls a large run does not keep a small
/// one waiting.
std::vector<std::uint64_t> in_turn(std::map<std::uint32_t, std::vector<std::uint64_t>> by_run) {
  std::vector<std::uint64_t> out;
  std::unordered_set<std::uint64_t> asked;  // after a crash items of two runs may have had one id
  std::size_t longest = 0;
  for (auto& [run, ids] : by_run) {
    std::sort(ids.begin(), ids.end(), io::older_job);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    longest = std::max(longest, ids.size());
  }
  for (std::size_t i = 0; i < longest; ++i) {
    for (auto run = by_run.begin(); run != by_run.end();) {
      if (i < run->second.size() && (by_run.size() == 1 || asked.insert(run->second[i]).second))
        out.push_back(run->second[i]);
      run = i + 1 < run->second.size() ? std::next(run) : by_run.erase(run);
    }
  }
  return out;
}

}  // namespace

bool watch_list::asks_whole(std::uint64_t array_id, const std::vector<const watched*>& wanting) const {
  const auto needs_whole = [this](const watched* w) {
    return is_due(*w) || rest_is_due(*w) || w->rowless_asks % (asks_before_whole + 1) == asks_before_whole;
  };
  return wanting.size() * 2 > ids_.tasks_watched_most(array_id) ||
         std::any_of(wanting.begin(), wanting.end(), needs_whole);
}

std::vector<std::uint64_t> watch_list::accounting_ids() const {
  if (quiet_)
    return {};
  std::map<std::uint32_t, std::vector<std::uint64_t>> by_run;
  std::unordered_map<std::uint64_t, std::vector<const watched*>> tasks;
  std::unordered_map<std::uint64_t, std::uint32_t> run_of;
  for (const auto& [key, w] : jobs_) {
    if (!w.needs.accounting || w.job_id == 0)
      continue;
    if (io::is_array_task(w.job_id)) {
      tasks[io::array_id_of(w.job_id)].push_back(&w);
      run_of[io::array_id_of(w.job_id)] = key.run;
    } else {
      by_run[key.run].push_back(w.job_id);
    }
  }
  for (const auto& [array, wanting] : tasks) {
    auto& ids = by_run[run_of.at(array)];
    if (asks_whole(array, wanting))
      ids.push_back(array);
    else
      for (const auto* w : wanting)
        ids.push_back(w->job_id);
  }
  return in_turn(std::move(by_run));
}

/// One id may have been several jobs. Rows under our token are ours, rows under another's are not. Those under none are,
/// where a listing showed that life; else they may be a renamed job's or a stranger's who got the id: nobody can
/// tell, so they decide nothing, but neither was the job never recorded.
void watch_list::add_rows(const watched& w, const accounted_job& job, std::vector<core::account_row>& rows) {
  const auto token = token_of_job_name(job.name.str());
  if (!token.empty()) {
    if (token == token_of_job_name(w.job_name.str()))
      rows.insert(rows.end(), job.rows.begin(), job.rows.end());
    return;
  }
  for (const auto& row : job.rows) {
    if (w.last_submit && row.submit == w.last_submit && !w.id_given_away) {
      rows.push_back(row);
    } else if (!w.last_submit || row.submit > w.last_submit) {
      core::account_row doubtful;
      doubtful.submit = row.submit;
      doubtful.start = row.submit;
      rows.push_back(std::move(doubtful));
    }
  }
}

/// As add_rows. Of its own id's rows under its token, which nobody else takes, no copy is made.
void watch_list::take_rows(const watched& w, accounted_job& job, std::vector<core::account_row>& rows) {
  if (rows.empty() && job.name == w.job_name && !token_of_job_name(job.name.str()).empty())
    rows = std::move(job.rows);
  else
    add_rows(w, job, rows);
}

bool watch_list::backlog_matters() const {
  if (quiet_)
    return false;
  return searches_ != 0 || submitted_due() ||
         std::any_of(jobs_.begin(), jobs_.end(), [](const auto& j) { return j.second.needs.backlog; });
}

/// An answer by job; the rows for the rest of an array by the array.
struct watch_list::accounted_rows {
  using by_id = std::vector<std::pair<std::uint64_t, accounted_job*>>;
  by_id jobs;
  by_id rests;
  const unread_rows& unread;

  explicit accounted_rows(accounting_answer& answer) : unread(answer.unread_text) {
    if (!answer.what)
      return;
    jobs.reserve(answer.what->size());
    for (auto& job : *answer.what)
      (job.rest.empty() ? jobs : rests).emplace_back(job.job_id, &job);
    for (auto* all : {&jobs, &rests})  // of one id in their order
      std::stable_sort(all->begin(), all->end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  static std::span<const by_id::value_type> of(const by_id& all, std::uint64_t id) {
    struct less {
      bool operator()(const by_id::value_type& a, std::uint64_t b) const { return a.first < b; }
      bool operator()(std::uint64_t a, const by_id::value_type& b) const { return a < b.first; }
    };
    const auto [first, last] = std::equal_range(all.begin(), all.end(), id, less{});
    return {first, last};
  }
};

/// `asked`: its own id, or its array's.
void watch_list::tell_accounted(item_key key, watched& w, std::uint64_t asked, const accounted_rows& by_job,
                                delivery d, std::vector<delivery>& out) {
  d.to = key;
  const bool answered = d.what.kind == event_kind::accounting_answered;
  for (const auto& [id, job] : by_job.of(by_job.jobs, w.job_id))
    take_rows(w, *job, d.rows);
  // A task that has begun has a row of its own; what the row for the rest says of it then is old.
  if (d.rows.empty() && io::is_array_task(w.job_id))
    for (const auto& [id, job] : by_job.of(by_job.rests, io::array_id_of(w.job_id)))
      if (job->rest.contains(io::array_index_of(w.job_id)))
        add_rows(w, *job, d.rows);
  if (d.rows.empty() &&
      by_job.unread.may_hold(w.job_name.str())) {  // a row that is not even attributed may be its
    w.rowless_answers = 0;
    return;
  }
  const bool whole = asked == w.job_id ? !io::is_array_task(asked) : true;
  if (!d.rows.empty()) {
    highest_accounted_ = std::max(highest_accounted_, io::array_id_of(w.job_id));
    w.rowless_asks = w.rowless_answers = 0;
  } else if (answered && whole) {
    // Nothing at all may be all that is left of an answer: it is not believed before it is said again.
    if (w.rowless_answers < core::limits::rowless_answers_believed)
      ++w.rowless_answers;
    if (w.rowless_answers == core::limits::rowless_answers_believed)
      w.rowless_in = listings_;
    w.rowless_asks = 0;
  } else if (answered) {
    w.rowless_asks = static_cast<std::uint8_t>((w.rowless_asks + 1) % (asks_before_whole + 1));
  } else {
    w.rowless_answers = 0;
  }
  out.push_back(std::move(d));
}

/// Some row of its, or of one of its tasks, could not be read.
void watch_list::not_answered(std::uint64_t id) {
  ids_.each(id, [](jobs::value_type& job) { job.second.rowless_answers = 0; });
  ids_.each_task(id, [](std::uint32_t, jobs::value_type& job) { job.second.rowless_answers = 0; });
}

void watch_list::accounted(accounting_answer answer, std::optional<std::uint64_t> backlog, core::instant now,
                           std::vector<delivery>& out) {
  const accounted_rows by_job(answer);
  const auto kind = answer.disabled ? event_kind::accounting_disabled
                    : answer.what   ? event_kind::accounting_answered
                                    : event_kind::accounting_failed;
  delivery d{{}, event_of(kind, now), {}};
  d.what.read = answer.read;
  d.what.accounting_caught_up = backlog == std::uint64_t{0};
  if (!answer.what)
    d.what.words = answer.what.error().words;
  for (auto id : answer.unread)
    not_answered(id);
  if (answer.what)
    out.reserve(answer.what->size());
  for (auto id : answer.asked) {
    if (answer.some_task_unread)
      not_answered(id);
    if (!io::is_array_task(id) || !answer.some_task_unread)
      ids_.each(id,
                [&](jobs::value_type& job) { tell_accounted(job.first, job.second, id, by_job, d, out); });
    if (!answer.some_task_unread)
      ids_.each_task(id, [&](std::uint32_t, jobs::value_type& job) {
        if (job.second.needs.accounting)
          tell_accounted(job.first, job.second, id, by_job, d, out);
      });
  }
}

// -- the search for unclear submissions --------------------------------------------------------------------------

std::vector<std::string> watch_list::searched_names() const {
  std::vector<std::string> names;
  if (searches_ != 0)
    for (const auto& [key, w] : jobs_)
      if (w.needs.search && w.job_id == 0)
        names.push_back(w.job_name.str());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()),
              names.end());  // an array's is that of each of its tasks
  if (names.size() > core::limits::names_per_search_max)
    names.resize(core::limits::names_per_search_max);
  return names;
}

core::epoch_seconds watch_list::searched_since() const {
  auto earliest = core::duration::max();
  for (const auto& [key, w] : jobs_)
    if (w.needs.search && w.job_id == 0)
      earliest = std::min(earliest, w.expected_at);
  if (earliest == core::duration::max())
    return 0;
  return earliest_there(earliest);
}

void watch_list::found(item_key key, watched& w, std::uint64_t job_id, core::instant now,
                       std::vector<delivery>& out) {
  nameless_ -= w.job_id == 0 ? 1 : 0;
  if (w.array_index)
    forget_name(key, w);
  w.job_id = job_id;
  w.known_at = now.monotonic;
  ids_.add(job_id, *jobs_.find(key));
  auto e = event_of(event_kind::submit_accepted, now);
  e.job_id = job_id;
  e.words = "found by its token";
  out.push_back({key, std::move(e), {}});
}

void watch_list::check_silence(item_key key, watched& w, core::duration long_enough, core::instant now,
                               std::vector<delivery>& out) {
  auto& s = *w.searched;
  if (!s.silent_listing || !s.silent_accounting)
    return;
  if (now.monotonic - std::max(*s.silent_listing, *s.silent_accounting) < long_enough)
    return;
  s.silent_listing.reset();
  s.silent_accounting.reset();
  out.push_back({key, event_of(event_kind::search_silent, now), {}});
}

void watch_list::searched(const std::vector<std::string>& names, const accounting_answer& answer,
                          std::optional<std::uint64_t> backlog, core::instant now,
                          std::vector<delivery>& out) {
  // Its row may be among those that slurmctld still has to hand over.
  const auto long_enough = answer.disabled || backlog == std::uint64_t{0}
                               ? rules_.search_silence
                               : std::max(rules_.search_silence, core::limits::search_silence_blind);
  if (answer.what)
    for (const auto& job : *answer.what)
      find_named(job, now, out);
  const auto still_silent = [&](item_key key) {
    auto& w = jobs_.at(key);
    if (!w.needs.search || w.job_id != 0)
      return;
    // Where no accounting is kept the controller's silence has to do.
    if (!answer.what && !answer.disabled)
      w.searched->silent_accounting.reset();
    else if (answer.unread_text.may_hold(w.job_name.str()))
      w.searched->silent_accounting.reset();  // an unreadable row may be its: that is no silence
    else if (answer.read >= w.searched->began && !w.searched->silent_accounting)
      w.searched->silent_accounting = answer.read;
    check_silence(key, w, long_enough, now, out);
  };
  for (const auto& name : names) {
    if (auto i = by_name_.find(name); i != by_name_.end())
      still_silent(i->second);
    if (auto n = nameless_tasks_.find(name); n != nameless_tasks_.end())
      for (const auto& [index, key] : n->second)
        still_silent(key);
  }
}

void watch_list::find_named(const accounted_job& job, core::instant now, std::vector<delivery>& out) {
  const auto take = [&](item_key key, std::uint64_t id) {
    if (auto& w = jobs_.at(key); w.needs.search && w.job_id == 0)
      found(key, w, id, now, out);
  };
  if (!io::is_array_task(job.job_id) && job.rest.empty()) {
    if (auto i = by_name_.find(job.name.str()); i != by_name_.end())
      take(i->second, job.job_id);
    return;
  }
  const auto n = nameless_tasks_.find(job.name.str());
  if (n == nameless_tasks_.end())
    return;
  if (job.rest.empty()) {
    if (auto i = n->second.find(io::array_index_of(job.job_id)); i != n->second.end())
      take(item_key{i->second}, job.job_id);
    return;
  }
  const auto nameless = n->second;  // those that are found leave it
  for (const auto& [index, key] : nameless)
    if (job.rest.contains(index))
      take(key, io::array_task_id(job.job_id, index));
}

}  // namespace settle::actors

// The watch list's part that reads listings: whose row it is, what changed, and what is missing.
#include "actors/watch_list.hpp"

#include "actors/event_of.hpp"
#include "io/job_id.hpp"

#include <algorithm>

namespace settle::actors {

using core::event_kind;
using core::meaning;

namespace {

event_kind kind_of(meaning m) {
  switch (m) {
  case meaning::waiting:
  case meaning::requeued:
    return event_kind::listed_waiting;
  case meaning::alive:
    return event_kind::listed_alive;
  case meaning::present:
    return event_kind::listed_present;
  case meaning::succeeded:
    return event_kind::listed_succeeded;
  case meaning::failed:
    return event_kind::listed_failed;
  case meaning::interrupted:
    return event_kind::listed_interrupted;
  }
  return event_kind::listed_present;
}

/// A pending job's start and a running job's end are forecasts that change from listing to listing.
bool start_is_forecast(const core::listed_job& job) {
  return job.means == meaning::waiting;
}
bool end_is_forecast(const core::listed_job& job) {
  return job.means == meaning::waiting || job.means == meaning::alive;
}

core::listed_job without_forecasts(core::listed_job job) {
  if (start_is_forecast(job))
    job.start.reset();
  if (end_is_forecast(job))
    job.end.reset();
  return job;
}

/// Cheap: made of every row of every listing.
class fingerprint {
public:
  void add(std::uint64_t value) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15u;
    value_ = (value_ ^ value) * odd;
    value_ ^= value_ >> 32;
  }
  template <class Number>
  void add(const core::maybe<Number>& value) {
    add(value ? 1 : 0);
    add(static_cast<std::uint64_t>(value.value_or(0)));
  }
  void add(const std::string& words) { add(std::hash<std::string>{}(words)); }
  std::uint64_t value() const { return value_ | 1; }  // never 0

private:
  std::uint64_t value_ = 1;
};

bool is_live(meaning m) {
  return m == meaning::waiting || m == meaning::alive;
}

}  // namespace

/// Of `without_forecasts(job)`.
watch_list::told_row watch_list::told_by(const core::listed_job& job) {
  fingerprint all;
  all.add(static_cast<std::uint64_t>(job.means) | static_cast<std::uint64_t>(job.why) << 8 |
          static_cast<std::uint64_t>(job.outlook) << 16);
  all.add(start_is_forecast(job) ? core::maybe<core::epoch_seconds>{} : job.start);
  all.add(end_is_forecast(job) ? core::maybe<core::epoch_seconds>{} : job.end);
  all.add(job.submit);
  all.add(job.restarts);
  all.add(job.exact.exit);
  all.add(job.exact.signal);
  all.add(job.word);
  all.add(job.reason);
  return {all.value(), job.means};
}

watch_list::owner watch_list::owner_of(const watched& w, const listed_row& row) const {
  if (auto token = token_of_job_name(row.name.str()); !token.empty())
    return row.name == w.job_name || token == token_of_job_name(w.job_name.str()) ? owner::us
                                                                                  : owner::stranger;
  // Its name was changed. The id with the controller's own submit time is as good: a job that got a reused id was
  // submitted at another time. A requeue changes that time too, but counts.
  if (!row.job.submit || w.id_given_away)
    return owner::stranger;
  if (w.last_submit) {
    // A new life that is COMPLETING does not show its count (to_listed): the next listing will say whose it is.
    if (*row.job.submit > *w.last_submit && !row.job.restarts)
      return owner::doubtful;
    const bool again = *row.job.submit > *w.last_submit && row.job.restarts.value_or(0) > w.last_restarts;
    return row.job.submit == w.last_submit || again ? owner::us : owner::stranger;
  }
  if (w.ever_absent || *row.job.submit < earliest_there(w.expected_at))
    return owner::stranger;
  return names_are_kept_ ? owner::doubtful : owner::us;
}

void watch_list::read_clock(const watched& w, core::epoch_seconds submit) {
  if (!w.accepted_at)
    return;
  readings_.push_back({submit, w.expected_at, *w.accepted_at});
  if (readings_.size() > core::limits::clock_readings_kept)
    readings_.erase(readings_.begin());
}

core::epoch_seconds watch_list::earliest_there(core::duration wall) const {
  const auto measured = skew();
  const auto there = measured ? wall + measured->skew - core::limits::clock_slack
                              : wall - core::limits::clock_slack_unmeasured;
  return std::max<core::epoch_seconds>(0, std::chrono::floor<std::chrono::seconds>(there).count());
}

void watch_list::count_observed_time(core::duration begun) {
  if (last_listing_begun_ && begun > *last_listing_begun_)
    observed_ += begun - *last_listing_begun_;
  last_listing_begun_ = begun;
}

void watch_list::listing_failed() {
  last_listing_begun_.reset();
  if (searches_ != 0)
    for (auto& [key, w] : jobs_)
      if (w.searched)
        w.searched->silent_listing.reset();
}

void watch_list::tell_present(item_key key, watched& w, const listed_row& row, core::duration begun,
                              core::instant now, std::vector<delivery>& out) {
  const auto& job = row.job;
  w.missed = false;
  w.absence_told = false;
  if (job.submit && !w.last_submit && !token_of_job_name(row.name.str()).empty())
    read_clock(w, *job.submit);
  if (job.submit)
    w.last_submit = job.submit;
  w.last_restarts = job.restarts.value_or(w.last_restarts);
  w.was_rest = !row.rest.empty() && job.means == meaning::waiting;
  const auto told = told_by(job);
  if (!w.needs.listings && w.told == told)
    return;
  w.told = told;
  if (job.means == meaning::succeeded || job.means == meaning::interrupted)
    w.needs.accounting = true;  // it will ask; this cycle's call shall hold it already
  auto e = event_of(kind_of(job.means), now);
  e.job_id = w.job_id;
  e.begun = begun;
  e.words = job.reason;
  e.job = without_forecasts(job);
  out.push_back({key, std::move(e), {}});
}

/// False: nobody's who is watched.
bool watch_list::tell_job(std::uint64_t job_id, const listed_row& row, core::duration begun,
                          core::instant now, std::vector<delivery>& out) {
  bool found = false;
  ids_.each(job_id, [&](jobs::value_type& job) {
    auto& w = job.second;
    const auto whose = owner_of(w, row);
    // Those who had the id before must hear that it is another's, also where that one stands first here: else a later
    // row of that one, renamed, would pass for theirs.
    if (whose == owner::stranger)
      w.id_given_away = true;
    if (whose == owner::doubtful)
      w.unreadable_in = listings_;
    w.id_lost = found || whose != owner::us;
    if (w.id_lost)
      return;
    found = true;
    names_are_kept_ = names_are_kept_ || !token_of_job_name(row.name.str()).empty();
    w.seen_in = listings_;
    tell_present(job.first, w, row, begun, now, out);
  });
  return found;
}

void watch_list::tell_nameless(item_key key, std::uint64_t job_id, const listed_row& row,
                               core::duration begun, core::instant now, std::vector<delivery>& out) {
  auto& w = jobs_.at(key);
  if (w.job_id != 0)
    return;
  found(key, w, job_id, now, out);
  w.seen_in = listings_;
  tell_present(key, w, row, begun, now, out);
}

void watch_list::tell_row(const listed_row& row, core::duration begun, core::instant now,
                          std::vector<delivery>& out) {
  if (!row.rest.empty()) {
    tell_rest(row, begun, now, out);
    return;
  }
  // By name also while its sbatch has not answered yet: a job may have come and gone before that gives up.
  if (tell_job(row.job_id, row, begun, now, out) || nameless_ == 0)
    return;
  if (!io::is_array_task(row.job_id)) {
    if (auto i = by_name_.find(row.name.str()); i != by_name_.end())
      tell_nameless(i->second, row.job_id, row, begun, now, out);
  } else if (auto n = nameless_tasks_.find(row.name.str()); n != nameless_tasks_.end()) {
    if (auto i = n->second.find(io::array_index_of(row.job_id)); i != n->second.end())
      tell_nameless(item_key{i->second}, row.job_id, row, begun, now, out);
  }
}

/// One row for every task of an array that waits, or never began: told to those that are watched.
void watch_list::tell_rest(const listed_row& row, core::duration begun, core::instant now,
                           std::vector<delivery>& out) {
  ids_.each_task(row.job_id, [&](std::uint32_t index, const jobs::value_type&) {
    if (row.rest.contains(index))
      tell_job(io::array_task_id(row.job_id, index), row, begun, now, out);
  });
  const auto n = nameless_tasks_.find(row.name.str());
  if (n == nameless_tasks_.end())
    return;
  const auto nameless = n->second;  // those that are found leave it
  for (const auto& [index, key] : nameless)
    if (row.rest.contains(index))
      tell_nameless(key, io::array_task_id(row.job_id, index), row, begun, now, out);
}

void watch_list::note_unreadable(std::uint64_t job_id) {
  ids_.each(job_id, [this](jobs::value_type& job) { job.second.unreadable_in = listings_; });
  ids_.each_task(job_id,
                 [this](std::uint32_t, jobs::value_type& job) { job.second.unreadable_in = listings_; });
}

bool watch_list::lacks_every_live_job() const {
  std::size_t live = 0;
  for (const auto& [key, w] : jobs_) {
    if (w.job_id == 0 || !w.told || !is_live(w.told.means) || w.absence_told)
      continue;
    if (w.seen_in == listings_)
      return false;
    ++live;
  }
  return live >= core::limits::suspicious_absence_min;
}

void watch_list::tell_missing(item_key key, watched& w, bool certain, core::duration begun, core::instant now,
                              std::vector<delivery>& out) {
  if (w.known_at > begun)
    return;
  if (!certain && !w.missed) {
    w.missed = true;
    return;
  }
  if (w.absence_told && !w.needs.listings)
    return;
  w.ever_absent = true;
  if (!w.absence_told) {
    w.absence_told = true;
    w.told = {};
    w.needs.accounting = true;
  }
  auto e = event_of(event_kind::absent, now);
  e.begun = begun;
  out.push_back({key, std::move(e), {}});
}

void watch_list::listed(const listing& seen, core::duration begun, core::instant now,
                        std::vector<delivery>& out) {
  ++listings_;
  count_observed_time(begun);
  for (const auto& row : seen.rows)
    tell_row(row, begun, now, out);
  for (auto id : seen.unreadable_jobs)
    note_unreadable(id);
  const bool suspect = lacks_every_live_job();
  const bool certain = seen.unreadable_rows == 0 && !suspect;
  quiet_ = true;
  for (auto& [key, w] : jobs_) {
    if (w.seen_in != listings_ && w.job_id == 0 && w.needs.search)
      note_silence(w, suspect, seen, begun);
    else if (w.seen_in != listings_)
      tell_unseen(key, w, certain, begun, now, out);
    quiet_ = quiet_ && w.clock == clock_kind::none && w.needs == item_needs{};
  }
}

/// No row of this listing is its.
void watch_list::tell_unseen(item_key key, watched& w, bool certain, core::duration begun, core::instant now,
                             std::vector<delivery>& out) {
  if (w.unreadable_in == listings_) {
    auto e = event_of(event_kind::listed_present, now);
    e.begun = begun;
    e.job.write().word = "unreadable row";
    out.push_back({key, std::move(e), {}});
  } else if (w.job_id != 0) {
    tell_missing(key, w, certain, begun, now, out);
  }
}

/// Of what is searched for. What follows from its silence is decided when this cycle's accounting has answered too.
void watch_list::note_silence(watched& w, bool suspect, const listing& seen, core::duration begun) {
  auto& search = *w.searched;
  if (seen.unread.may_hold(w.job_name.str()))
    search.silent_listing.reset();
  else if (!suspect && !search.silent_listing && begun >= search.began)
    search.silent_listing = begun;
}

void watch_list::reruns(const listing& seen, core::duration begun, core::instant now,
                        std::vector<delivery>& out) const {
  if (ended_.empty() && ended_arrays_.empty())
    return;
  for (const auto& row : seen.rows) {
    if (!is_live(row.job.means))
      continue;
    const auto was = ended_job_of(row.job_id);
    if (!was || was->name_hash != std::hash<std::string>{}(row.name.str()))
      continue;
    auto e = event_of(kind_of(row.job.means), now);
    e.job_id = row.job_id;
    e.begun = begun;
    e.job = without_forecasts(row.job);
    out.push_back({was->key, std::move(e), {}});
  }
}

}  // namespace settle::actors

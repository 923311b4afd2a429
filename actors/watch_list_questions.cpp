// The watch list's part that asks: accounting, the search for unclear submissions, the observed clock.
#include "actors/watch_list.hpp"

#include "actors/event_of.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace settle::actors {

using core::event_kind;

// -- accounting ------------------------------------------------------------------------------------------------

std::vector<std::uint64_t> watch_list::accounting_ids() const {
  std::vector<std::uint64_t> ids;
  for (const auto& [key, w] : jobs_)
    if (w.needs.accounting && w.job_id != 0)
      ids.push_back(w.job_id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// One id may have been several jobs. Rows under our token are ours, rows under another's are not. Those under none are,
/// where a listing showed that life; else they may be a renamed job's or a stranger's who got the id: nobody can
/// tell, so they decide nothing, but neither was the job never recorded.
void watch_list::add_rows(const watched& w, const accounted_job& job, std::vector<core::account_row>& rows) {
  const auto token = token_of_job_name(job.name);
  if (!token.empty()) {
    if (token == token_of_job_name(w.job_name))
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

bool watch_list::backlog_matters() const {
  return searches_ != 0 || submitted_due() ||
         std::any_of(jobs_.begin(), jobs_.end(), [](const auto& j) { return j.second.needs.backlog; });
}

void watch_list::accounted(const accounting_answer& answer, std::optional<std::uint64_t> backlog,
                           core::instant now, std::vector<delivery>& out) {
  std::unordered_multimap<std::uint64_t, const accounted_job*> by_job;
  if (answer.what)
    for (const auto& job : *answer.what)
      by_job.emplace(job.job_id, &job);
  const auto kind = answer.disabled ? event_kind::accounting_disabled
                    : answer.what   ? event_kind::accounting_answered
                                    : event_kind::accounting_failed;
  for (auto id : answer.asked) {
    for (auto [i, last] = by_id_.equal_range(id); i != last; ++i) {
      auto& w = jobs_.at(i->second);
      delivery d{i->second, event_of(kind, now), {}};
      d.what.read = answer.read;
      d.what.accounting_caught_up = backlog == std::uint64_t{0};
      if (!answer.what)
        d.what.words = answer.what.error().words;
      for (auto [j, end] = by_job.equal_range(id); j != end; ++j)
        add_rows(w, *j->second, d.rows);
      if (!d.rows.empty())
        highest_accounted_ = std::max(highest_accounted_, id);
      else if (answer.what)
        w.rowless_in = listings_;
      out.push_back(std::move(d));
    }
  }
}

// -- the search for unclear submissions --------------------------------------------------------------------------

std::vector<std::string> watch_list::searched_names() const {
  std::vector<std::string> names;
  if (searches_ != 0)
    for (const auto& [key, w] : jobs_)
      if (w.needs.search && w.job_id == 0)
        names.push_back(w.job_name);
  std::sort(names.begin(), names.end());
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
  w.job_id = job_id;
  w.known_at = now.monotonic;
  by_id_.emplace(job_id, key);
  auto e = event_of(event_kind::submit_accepted, now);
  e.job_id = job_id;
  e.words = "found by its token";
  out.push_back({key, std::move(e), {}});
}

void watch_list::check_silence(item_key key, watched& w, core::duration long_enough, core::instant now,
                               std::vector<delivery>& out) {
  if (!w.silent_listing || !w.silent_accounting)
    return;
  if (now.monotonic - std::max(*w.silent_listing, *w.silent_accounting) < long_enough)
    return;
  w.silent_listing.reset();
  w.silent_accounting.reset();
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
      if (auto i = by_name_.find(job.name); i != by_name_.end())
        if (auto& w = jobs_.at(i->second); w.needs.search && w.job_id == 0)
          found(i->second, w, job.job_id, now, out);
  for (const auto& name : names) {
    auto i = by_name_.find(name);
    if (i == by_name_.end())
      continue;
    auto& w = jobs_.at(i->second);
    if (!w.needs.search || w.job_id != 0)
      continue;
    // Where no accounting is kept the controller's silence has to do.
    if (!answer.what && !answer.disabled)
      w.silent_accounting.reset();
    else if (answer.read >= w.search_began && !w.silent_accounting)
      w.silent_accounting = answer.read;
    check_silence(i->second, w, long_enough, now, out);
  }
}

// -- the observed clock ------------------------------------------------------------------------------------------

bool watch_list::is_due(const watched& w) const {
  auto passed = observed_ - w.clock_began;
  switch (w.clock) {
  case clock_kind::none:
    return false;
  case clock_kind::submitted:
    return passed >= rules_.submit_no_record;
  case clock_kind::stuck:
    return rules_.fail_stuck_after && passed >= *rules_.fail_stuck_after;
  case clock_kind::settling:
    return rules_.settle_no_record && passed >= *rules_.settle_no_record;
  }
  return false;
}

bool watch_list::anything_due() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [this](const auto& j) { return is_due(j.second); });
}

bool watch_list::submitted_due() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [this](const auto& j) {
    return j.second.clock == clock_kind::submitted && is_due(j.second) &&
           highest_accounted_ <= j.second.job_id;
  });
}

void watch_list::deliver_due(core::instant now, bool backlog_empty, std::vector<delivery>& out) {
  for (const auto& [key, w] : jobs_) {
    if (!is_due(w))
      continue;
    auto e = event_of(w.clock == clock_kind::stuck ? event_kind::stuck_due : event_kind::no_record_due, now);
    // Only what accounting was asked in this very cycle, and had no row of, can be missing there.
    e.accounting_caught_up = w.rowless_in == listings_ && (backlog_empty || highest_accounted_ > w.job_id);
    out.push_back({key, std::move(e), {}});
  }
}

bool watch_list::something_settles() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const auto& j) {
    const auto& n = j.second.needs;
    return n.accounting || n.listings || n.search;
  });
}

}  // namespace settle::actors

// The watch list's part that counts: the observed clock, and what is due by it.
#include "actors/event_of.hpp"
#include "actors/watch_list.hpp"
#include "io/job_id.hpp"

#include <algorithm>

namespace settle::actors {

using core::event_kind;

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

/// It may have been cancelled where it waited: nothing will ever tell.
bool watch_list::rest_is_due(const watched& w) const {
  return w.was_rest && w.clock == clock_kind::settling &&
         observed_ - w.clock_began >= core::limits::array_rest_gone;
}

bool watch_list::anything_due() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [this](const auto& j) { return is_due(j.second) || rest_is_due(j.second); });
}

bool watch_list::submitted_due() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [this](const auto& j) {
    const auto& w = j.second;
    const bool later = !io::is_array_task(w.job_id) && highest_accounted_ > w.job_id;
    return rest_is_due(w) || (w.clock == clock_kind::submitted && is_due(w) && !later);
  });
}

void watch_list::deliver_due(core::instant now, bool backlog_empty, std::vector<delivery>& out) {
  for (const auto& [key, w] : jobs_) {
    // Only what accounting was asked in this very cycle, and had no row of, can be missing there. A later job's row says
    // nothing of a task: its own is sent when it begins.
    const bool later = !io::is_array_task(w.job_id) && highest_accounted_ > w.job_id;
    const bool caught_up = w.rowless_in == listings_ && (backlog_empty || later);
    auto kind = w.clock == clock_kind::stuck ? event_kind::stuck_due : event_kind::no_record_due;
    if (caught_up && rest_is_due(w)) {
      auto e = event_of(event_kind::no_record_due, now);
      e.accounting_caught_up = e.rest_of_array = true;
      out.push_back({key, std::move(e), {}});
    }
    if (!is_due(w))
      continue;
    auto e = event_of(kind, now);
    e.accounting_caught_up = caught_up;
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

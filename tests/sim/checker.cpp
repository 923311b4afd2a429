#include "tests/sim/checker.hpp"

#include <algorithm>

namespace sim {

using settle::core::cause;
using settle::core::evidence;
using settle::core::item_status;
using settle::core::stream_kind;
using settle::core::verdict;
using index = settle::core::item_index;

namespace {

std::string seconds_text(duration t) {
  return std::to_string(t.count() / 1000) + "." + std::to_string(t.count() % 1000 / 100) + " s";
}

std::string text_of(const verdict& v) {
  std::string out{to_text(v.status)};
  out += " by ";
  out += to_text(v.who);
  if (v.status != item_status::completed)
    out += std::string{", "} + std::string{to_text(v.why)};
  if (v.exit_code)
    out += ", exit " + std::to_string(*v.exit_code);
  if (v.signal)
    out += ", signal " + std::to_string(*v.signal);
  return out;
}

bool confirmed(const verdict& v) {
  return v.status != item_status::completed || v.who != evidence::none;
}

bool succeeded(const life& l) {
  return l.ended && l.started && !l.cancelled &&
         (l.plan.how == outcome::success || l.plan.how == outcome::step_failure);
}

/// What a failed life may be called.
bool may_be_called(const life& l, const verdict& v) {
  if (l.unrun)
    return l.cancelled &&
           v.why == cause::cancelled;  // else the other job's end is the item's (docs/limits.md)
  // The script had written its end before somebody's scancel came.
  if (v.who == evidence::witness && l.wrote.value_or(0) != 0)
    return v.why == cause::exit_nonzero;
  if (l.cancelled)
    return v.why == cause::cancelled || v.why == cause::lost;
  switch (l.plan.how) {
  case outcome::exit_code:
    return v.why == cause::exit_nonzero;
  case outcome::signal:
    return v.why == cause::signal;
  case outcome::timeout:
    return v.why == cause::timeout;
  case outcome::out_of_memory:
    return v.why == cause::out_of_memory;
  case outcome::node_fail:
    return v.why == cause::node_failure;
  case outcome::preempted:
    return v.why == cause::preempted;
  case outcome::boot_fail:
    return v.why == cause::boot_failure;
  case outcome::deadline:
    return v.why == cause::deadline;
  case outcome::launch_failure:
    return v.why == cause::launch_failure;
  default:
    return false;
  }
}

/// Exact, or the code that old accounting cut, with a warning.
bool code_agrees(const life& l, const verdict& v) {
  if (l.plan.how != outcome::exit_code || l.cancelled || !v.exit_code)
    return l.plan.how == outcome::exit_code || v.exit_code.value_or(1) != 0 || v.signal;
  return *v.exit_code == l.plan.code || (*v.exit_code + 128 == l.plan.code && !v.warning.empty());
}

}  // namespace

checker::checker(const scenario& story, timeline& time, const world& w)
    : story_(story), time_(time), world_(w), items_(story.tasks.size()) {}

void checker::violation(const char* guarantee, index i, const std::string& words) {
  violations_.push_back(std::string{guarantee} + ": t" + std::to_string(i) + " at " +
                        seconds_text(time_.now()) + ": " + words);
}

void checker::add_to_hash(std::uint64_t value) {
  hash_ = (hash_ ^ value) * 0x100'0000'01b3ULL;
}

void checker::note(const std::string& words) {
  if (keep_history)
    history_.push_back(seconds_text(time_.now()) + " " + words);
}

void checker::shown(index i, const settle::core::item& it, stream_kind kind, duration decided) {
  decided_ = decided;
  add_to_hash(static_cast<std::uint64_t>(time_.now().count()));
  add_to_hash(i * 64 + static_cast<std::uint64_t>(it.status) * 4 + static_cast<std::uint64_t>(kind));
  add_to_hash(static_cast<std::uint64_t>(it.reached ? it.reached->exit_code.value_or(-1) : -2));
  if (keep_history)
    history_.push_back(seconds_text(time_.now()) + " t" + std::to_string(i) + " " +
                       (kind == stream_kind::rerun ? "rerun"
                        : it.reached               ? text_of(*it.reached)
                                                   : std::string{to_text(it.status)}) +
                       (it.job_id ? " job " + std::to_string(it.job_id) : "") + " attempt " +
                       std::to_string(it.attempt));
  auto& s = items_[i];
  if (kind == stream_kind::rerun)
    return;
  if (it.status == item_status::settling && !s.left_queue)
    s.left_queue = observed_;
  if (it.status == item_status::running || it.status == item_status::queued ||
      it.status == item_status::submitted)
    s.left_queue.reset();
  if (!it.reached) {
    if (s.reached)
      violation("G1", i,
                "it has a verdict (" + text_of(*s.reached) + ") and is shown " +
                    std::string{to_text(it.status)});
    return;
  }
  if (s.reached) {
    if (confirmed(*s.reached))
      violation("G1", i, text_of(*s.reached) + " became " + text_of(*it.reached));
    else if (++s.corrections > 1 || kind != stream_kind::verdict_corrected)
      violation("G3", i, "an unconfirmed completion was amended without being called a correction, or twice");
  }
  s.reached = it.reached ? std::optional(*it.reached) : std::nullopt;
  s.decided = time_.now();
  judge(i, *it.reached);
}

std::vector<const job*> checker::jobs_of(index i) const {
  std::vector<const job*> out;
  for (const auto& j : world_.jobs())
    if (!j.foreign && j.task == i)
      out.push_back(&j);
  return out;
}

void checker::judge(index i, const verdict& v) {
  if (v.status == item_status::completed && v.who == evidence::none)
    judge_unconfirmed(i);
  else if (v.status == item_status::completed)
    judge_success(i, v);
  else
    judge_failure(i, v);
}

/// The job's last life, or the next one began after the last look before the verdict.
bool checker::nobody_knew_of_more(const job& j, std::size_t l) const {
  if (l + 1 == j.lives.size())
    return true;
  // Accounting lost the later life, and the controller has forgotten it: it left no trace.
  const auto which = static_cast<std::size_t>(&j - world_.jobs().data());
  if (!j.known && !world_.has_row(which, l + 1))
    return true;
  const auto after = std::upper_bound(listings_begun_.begin(), listings_begun_.end(), decided_);
  return after == listings_begun_.begin() || j.lives[l + 1].queued > *std::prev(after);
}

bool checker::files_were_away() const {
  return std::any_of(story_.faults.begin(), story_.faults.end(), [this](const fault_window& f) {
    return f.what == fault::files_away && f.from <= decided_ && decided_ < f.to;
  });
}

void checker::judge_success(index i, const verdict& v) {
  // As above: a scancel that came later changes nothing about it.
  const auto witnessed = [&](const life& l) { return v.who == evidence::witness && l.wrote == 0; };
  for (const auto* j : jobs_of(i))
    for (std::size_t l = 0; l < j->lives.size(); ++l)
      if (witnessed(j->lives[l]) || (succeeded(j->lives[l]) && nobody_knew_of_more(*j, l)))
        return;
  violation("G2", i, text_of(v) + ", and no job of its has succeeded");
}

void checker::judge_failure(index i, const verdict& v) {
  const auto jobs = jobs_of(i);
  const bool executed = std::any_of(jobs.begin(), jobs.end(), [](const job* j) {
    return std::any_of(j->lives.begin(), j->lives.end(), [](const life& l) { return l.executed; });
  });
  if (v.who == evidence::not_applicable) {
    const bool running = executed || std::any_of(jobs.begin(), jobs.end(), [](const job* j) {
                           return j->known && !j->forgotten && !j->cancelled_by_us && !j->lives.back().unrun;
                         });
    if (running)
      violation("G2", i, text_of(v) + ", and it has a job");
    return;
  }
  std::optional<int> other_code;
  for (const auto* j : jobs) {
    const auto& last = j->lives.back();
    if (last.unrun && last.ended &&
        files_were_away())  // whose claim stopped it nobody could read (docs/limits.md)
      return;
    if (j->forgotten)  // nobody has a record of its end
      return;
    for (std::size_t l = 0; l < j->lives.size(); ++l) {
      const auto& it = j->lives[l];
      // Said with doubt: accounting was asked for all of settle_no_record and had not caught up.
      const bool doubted = !v.warning.empty() && l + 1 < j->lives.size();
      const bool newest = nobody_knew_of_more(*j, l) || doubted;
      // The script's record is of the life that wrote it, even if the next one never began.
      if (it.ended && !succeeded(it) && (newest || v.who == evidence::witness) && may_be_called(it, v)) {
        if (code_agrees(it, v))
          return;
        other_code = it.plan.code;
      }
    }
    // Accounting never learnt that it started, and the controller no longer has it.
    if (v.why == cause::lost && !j->known)
      return;
    const auto which = static_cast<std::size_t>(j - world_.jobs().data());
    if (v.why == cause::never_recorded && !j->known && (!last.executed || !world_.has_rows(which)))
      return;
  }
  violation("G2", i,
            text_of(v) + (other_code ? ", and its code was " + std::to_string(*other_code)
                                     : std::string{", and no life of its ended so"}));
}

void checker::judge_unconfirmed(index i) {
  // It may be wrong, and says so. But it must not come early, and not where accounting had the answer for long.
  const auto limit = *story_.rules.settle_no_record;
  const auto began = items_[i].left_queue;
  if (began && observed_ - *began + story_.rules.poll_interval + seconds{70} < limit)
    violation("G7", i, "unconfirmed after " + seconds_text(observed_ - *began) + " of observed settling");
  for (const auto* j : jobs_of(i)) {
    if (j->lives.back().unrun || j->copy)
      continue;  // not the item's end, as a rule
    const auto since =
        world_.accounted_since(static_cast<std::size_t>(j - world_.jobs().data()), j->lives.size() - 1);
    const bool answered =
        std::none_of(story_.faults.begin(), story_.faults.end(), [&](const fault_window& f) {
          const bool hides = f.what == fault::accounting_down || f.what == fault::accounting_hung ||
                             f.what == fault::garbage || f.what == fault::controller_down ||
                             f.what == fault::controller_hung || f.what == fault::crash;
          return hides && f.to > time_.now() - seconds{700};
        });
    if (j->name == j->given_name && since && answered && *since + seconds{700} < time_.now())
      violation("G2", i, "unconfirmed, though accounting had its end since " + seconds_text(*since));
  }
}

void checker::process_began() {
  cycle_ = 0;
  listings_ = accountings_ = 0;
  last_listing_.reset();
}

void checker::called(std::uint64_t cycle, bool listing) {
  if (cycle != cycle_) {
    cycle_ = cycle;
    listings_ = accountings_ = 0;
  }
  ++(listing ? listings_ : accountings_);
  if (listings_ > 1 || accountings_ > 4)
    violation("G5", 0, "more calls in a cycle than one squeue and four sacct");
}

void checker::listed(bool answered, duration begun, bool told) {
  if (answered && last_listing_)
    observed_ += begun - *last_listing_;
  last_listing_ = answered ? std::optional{begun} : std::nullopt;
  if (answered && told)
    listings_begun_.push_back(begun);
}

void checker::slots(const settle::core::counts& tally, std::size_t used) {
  if (tally.total() != items_.size())
    violation("G3", 0, "the counts do not add up");
  if (story_.max_concurrent != 0 && used > story_.max_concurrent)
    violation("G3", 0, "more items hold slots than there are");
}

void checker::finish(bool settled) {
  for (index i = 0; i < items_.size(); ++i) {
    if (!items_[i].reached)
      violation(settled ? "G3" : "G6", i, "it never got a verdict");
    const auto& verdict = items_[i].reached;
    const bool claimed = story_.claims && verdict && verdict->why == cause::never_recorded;
    std::size_t executed = 0;
    for (const auto* j : jobs_of(i)) {
      // A lost reply whose job accounting lost as well, and that no listing came upon, left no trace to be found by but
      // its claim.
      const auto which = static_cast<std::size_t>(j - world_.jobs().data());
      if (!story_.claims && j->unclear && !j->listed && !world_.has_row(which, j->lives.size() - 1))
        continue;
      if (claimed && std::any_of(j->lives.begin(), j->lives.end(),
                                 [&](const life& l) { return l.executed && l.started > items_[i].decided; }))
        violation("G4", i, "it ran after settle had called it never_recorded");
      executed += std::any_of(j->lives.begin(), j->lives.end(), [](const life& l) { return l.executed; });
    }
    if (executed > 1)
      violation("G4", i, std::to_string(executed) + " jobs of its were executed");
  }
}

}  // namespace sim

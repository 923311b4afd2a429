#include "actors/slurm_poller.hpp"

#include "actors/core/pacing.hpp"
#include "actors/event_of.hpp"

#include <algorithm>

namespace settle::actors {

using core::event;

slurm_poller::slurm_poller(poller_config config, poller_port& port)
    : config_(std::move(config)), port_(port), watched_(config_.rules) {}

void slurm_poller::set_needs(item_key key, item_needs needs) {
  watched_.set_needs(key, needs, port_.now());
}

void slurm_poller::set_clock(item_key key, clock_kind clock) {
  if (clock == clock_kind::none)
    watched_.stop_clock(key);
  else
    watched_.start_clock(key, clock, port_.now());
}

// -- the cycle ---------------------------------------------------------------------------------------------------

void slurm_poller::plan_cycle() {
  if (std::exchange(planned_, true))
    return;
  auto wait = cycle_ == 0 ? core::duration{} : next_cycle_at_ - port_.now().monotonic;
  port_.wake_for_cycle(std::max(core::duration{}, wait));
}

void slurm_poller::begin_cycle() {
  if (watched_.empty()) {
    watched_.paused();
    planned_ = false;
    return;
  }
  ++cycle_;
  cycle_began_ = port_.now().monotonic;
  latency_ = {};
  cycle_failed_ = false;
  searched_ = false;
  accounting_calls_left_ = core::limits::accounting_calls_per_cycle_max;
  port_.list(cycle_);
}

void slurm_poller::listed(std::uint64_t cycle, const listing_answer& answer) {
  if (cycle != cycle_)
    return;
  if (answer.what) {
    // Only answers tell how busy the other side is. A call that failed took its time-out, and has its own back-off:
    // an outage of seconds must not cost minutes afterwards.
    latency_ = std::max(latency_, answer.latency);
    recovered(controller_out_, "slurmctld");
    tell_unreadable(*answer.what);
    std::vector<delivery> out;
    watched_.listed(*answer.what, answer.begun, port_.now(), out);
    deliver(std::move(out));
    std::vector<delivery> again;
    watched_.reruns(*answer.what, answer.begun, port_.now(), again);
    for (auto& d : again)
      port_.rerun(d.to, std::move(d.what));
  } else {
    cycle_failed_ = true;
    watched_.listing_failed();
    outage(controller_out_, "slurmctld", answer.what.error());
  }
  ask_backlog();
}

void slurm_poller::ask_accounting() {
  if (!searched_) {
    searched_ = true;
    if (auto names = watched_.searched_names(); !names.empty()) {
      --accounting_calls_left_;
      port_.account_by_name(cycle_, names, watched_.searched_since());
      return;
    }
  }
  auto ids = watched_.accounting_ids();
  if (ids.empty() || accounting_calls_left_ == 0) {
    end_cycle();
    return;
  }
  auto calls = accounting_calls_left_;
  accounting_calls_left_ = 0;
  port_.account(cycle_, std::move(ids), calls);
}

void slurm_poller::accounted(std::uint64_t cycle, const std::vector<std::string>& names,
                             accounting_answer answer) {
  if (cycle != cycle_)
    return;
  if (answer.what)
    latency_ = std::max(latency_, answer.latency);
  if (answer.disabled) {
    if (!std::exchange(accounting_disabled_told_, true))
      port_.notice("this cluster keeps no accounting: slurmctld's own records decide");
  } else if (answer.what) {
    recovered(accounting_out_, "accounting");
  } else {
    outage(accounting_out_, "accounting", answer.what.error());
  }
  std::vector<delivery> out;
  if (!names.empty())
    watched_.searched(names, answer, backlog_, port_.now(), out);
  else
    watched_.accounted(std::move(answer), backlog_, port_.now(), out);
  deliver(std::move(out));
  if (!names.empty())
    ask_accounting();
  else
    end_cycle();
}

/// Before accounting is asked: a queue that is empty then has handed over whatever accounting lacks after it. Asked
/// only where a silence of accounting is about to mean something.
void slurm_poller::ask_backlog() {
  backlog_.reset();
  if (!watched_.backlog_matters()) {
    ask_accounting();
    return;
  }
  port_.accounting_backlog(cycle_);
}

void slurm_poller::backlog(std::uint64_t cycle, std::optional<std::uint64_t> records) {
  if (cycle != cycle_)
    return;
  backlog_ = records;
  ask_accounting();
}

void slurm_poller::end_cycle() {
  std::vector<delivery> out;
  watched_.deliver_due(port_.now(), backlog_ == std::uint64_t{0}, out);
  deliver(std::move(out));
  failures_ = cycle_failed_ ? failures_ + 1 : 0;
  auto interval = core::next_interval(config_.rules, config_.interval_fixed, watched_.something_settles(),
                                      latency_, failures_);
  next_cycle_at_ = cycle_began_ + interval;
  planned_ = false;
  plan_cycle();
}

void slurm_poller::outage(bool& known, const char* who, const io::error& e) {
  if (std::exchange(known, true))
    return;
  port_.notice(std::string{who} + " does not answer: " + e.words);
}

/// What could not be read decides nothing; people must hear of it, once until all can be read again.
void slurm_poller::tell_unreadable(const listing& seen) {
  const auto rows = seen.unreadable_rows + seen.unreadable_jobs.size();
  if (rows == 0)
    unreadable_told_ = false;
  else if (!std::exchange(unreadable_told_, true))
    port_.notice(
        "squeue printed " + std::to_string(rows) +
        " rows that cannot be read; their jobs stay as they are. The first: " + seen.first_unreadable);
}

void slurm_poller::recovered(bool& known, const char* who) {
  if (std::exchange(known, false))
    port_.notice(std::string{who} + " answers again");
}

// -- telling items -----------------------------------------------------------------------------------------------

void slurm_poller::deliver(std::vector<delivery> what) {
  if (!what.empty())
    port_.deliver_all(std::move(what));
}

void slurm_poller::tell(item_key key, event e) {
  port_.deliver({key, std::move(e), {}});
}

}  // namespace settle::actors

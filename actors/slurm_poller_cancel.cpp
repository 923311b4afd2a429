// The poller's part that cancels: wishes are gathered for a moment, so that an array that is wanted whole goes whole.
#include "actors/core/pacing.hpp"
#include "actors/slurm_poller.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace settle::actors {

namespace {

/// Cancelling a run sends one message per item, and one scancel takes thousands.
constexpr auto cancel_gathering = std::chrono::milliseconds{50};

}  // namespace

void slurm_poller::cancel(item_key key, std::uint64_t job_id) {
  if (job_id == 0) {
    withdraw(key, "cancelled");
    return;
  }
  if (!watched_.still_owns_id(key))
    return;  // the controller lost our job and gave its id to another
  cancels_.push_back(job_id);
  plan_cancels(cancel_gathering);
  plan_cycle();
}

void slurm_poller::plan_cancels(core::duration wait) {
  if (std::exchange(cancelling_, true))
    return;
  gatherings_ = 0;
  cancels_gathered_ = 0;
  port_.wake_for_cancels(wait);
}

void slurm_poller::send_cancels() {
  // While more keep coming: an array that is wanted as a whole goes by its own id, which is cheaper for everybody.
  constexpr std::size_t gatherings_max = 20;
  if (cancels_.size() > std::max<std::size_t>(1, cancels_gathered_) && ++gatherings_ < gatherings_max) {
    cancels_gathered_ = cancels_.size();
    port_.wake_for_cancels(cancel_gathering);
    return;
  }
  if (cancels_.empty()) {
    cancelling_ = false;
    return;
  }
  cancels_sent_ = std::exchange(cancels_, {});
  port_.cancel(watched_.to_cancel(cancels_sent_));
}

void slurm_poller::cancels_answered(bool done) {
  cancelling_ = false;
  cancel_failures_ = done ? 0 : cancel_failures_ + 1;
  if (!done)  // a controller in trouble: the wish stands for as long as we watch the job
    for (auto id : cancels_sent_)
      if (watched_.is_followed(id))
        cancels_.push_back(id);
  cancels_sent_.clear();
  if (!cancels_.empty())
    plan_cancels(done ? core::duration{} : core::submit_backoff(cancel_failures_));
}

}  // namespace settle::actors

#include "tests/bench/stepped_cluster.hpp"

#include <algorithm>

namespace settle::bench {

namespace {

/// Longer than any interval that the poller takes for a slow answer.
constexpr core::duration leap{60'000};

}  // namespace

core::instant leaping_clock::now() const {
  auto at = actors::machine_now();
  at.monotonic += core::duration{ahead_ms_.load()};
  return at;
}

bool stepped_cluster::wait_for_cycle(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return waiting_ != nullptr; });
}

void stepped_cluster::step() {
  std::function<void(actors::listing_answer)> done;
  {
    const std::lock_guard lock(mutex_);
    done = std::exchange(waiting_, nullptr);
  }
  if (!done)
    return;
  // The answer comes after the leap: the next cycle is due at once.
  real_->list([clock = clock_, done = std::move(done)](actors::listing_answer a) {
    clock->leap(leap);
    done(std::move(a));
  });
}

void stepped_cluster::list(std::function<void(actors::listing_answer)> done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(done);
  }
  changed_.notify_all();
}

void stepped_cluster::submit(const actors::job_spec& job,
                             std::function<void(io::result<std::uint64_t>)> done) {
  const auto tasks = std::max<std::size_t>(1, job.array.size());
  real_->submit(job, [this, tasks, done = std::move(done)](io::result<std::uint64_t> a) {
    const bool made = a.has_value();
    done(std::move(a));
    if (made)
      submitted_ += tasks;
  });
}

}  // namespace settle::bench

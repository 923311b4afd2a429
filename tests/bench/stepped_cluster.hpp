// The real cluster port with its real commands, which waits before each listing until it is told to go on: the benchmark
// measures between two cycles. Its clock leaps with each listing, so that the poller sees its pace kept and nobody sleeps.
#pragma once

#include "actors/clock.hpp"
#include "actors/cluster.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace settle::bench {

/// The machine's clock, ahead of itself by as much as it was told.
class leaping_clock {
public:
  core::instant now() const;
  void leap(core::duration d) { ahead_ms_ += d.count(); }

private:
  std::atomic<std::int64_t> ahead_ms_{0};
};

class stepped_cluster final : public actors::cluster {
public:
  stepped_cluster(std::shared_ptr<actors::cluster> real, std::shared_ptr<leaping_clock> clock)
      : real_(std::move(real)), clock_(std::move(clock)) {}

  /// Waits until a cycle waits to begin; false: none came in this time.
  bool wait_for_cycle(std::chrono::milliseconds patience);
  /// Lets it begin.
  void step();
  /// Tasks whose sbatch has answered.
  std::uint64_t submitted() const { return submitted_; }

  void list(std::function<void(actors::listing_answer)> done) override;
  void account(std::vector<std::uint64_t> ids, std::size_t calls_max,
               std::function<void(actors::accounting_answer)> done) override {
    real_->account(std::move(ids), calls_max, std::move(done));
  }
  void account_by_name(std::vector<std::string> names, core::epoch_seconds since,
                       std::function<void(actors::accounting_answer)> done) override {
    real_->account_by_name(std::move(names), since, std::move(done));
  }
  void submit(const actors::job_spec& job, std::function<void(io::result<std::uint64_t>)> done) override;
  void cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) override {
    real_->cancel(std::move(ids), std::move(done));
  }
  void accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) override {
    real_->accounting_backlog(std::move(done));
  }
  void arrays(std::function<void(actors::array_limits)> done) override { real_->arrays(std::move(done)); }
  void examine(const core::policy& rules, std::function<void(actors::site_answer)> done) override {
    real_->examine(rules, std::move(done));
  }
  void refusal(std::function<void(std::string)> done) override { real_->refusal(std::move(done)); }
  std::vector<actors::call_count> calls() const override { return real_->calls(); }

private:
  std::shared_ptr<actors::cluster> real_;
  std::shared_ptr<leaping_clock> clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void(actors::listing_answer)> waiting_;  ///< the cycle that waits to begin
  std::atomic<std::uint64_t> submitted_{0};
};

}  // namespace settle::bench

// One run on the played cluster, from its document to its last verdict: the real actors, poller, parsers, commands and
// journal. The caller moves the cluster from cycle to cycle and asks what that has cost.
#pragma once

#include "actors/system.hpp"
#include "tests/bench/stepped_cluster.hpp"
#include "tests/bench/world.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace settle::bench {

/// What a subscriber has seen.
struct seen_events {
  std::array<std::atomic<std::uint64_t>, core::item_status_count> items{};
  std::atomic<bool> finished{false};
  std::atomic<bool> trouble{false};
  std::uint64_t of(core::item_status s) const { return items[static_cast<std::size_t>(s)]; }
};

struct calls_made {
  std::uint64_t squeue = 0, sacct = 0, sbatch = 0;
};

class stage {
public:
  enum class scheduler { settles_own, work_stealing };

  /// `folder` is empty and this run's alone; the fake commands are in `fakes`.
  stage(const std::string& folder, const std::string& fakes, scheduler);
  ~stage();
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  /// Hands the document over; returns when the run is taken. False: it was refused.
  bool submit(const std::string& document_file, std::size_t max_concurrent = 0);
  void set(const moment& m) { world_.set(m); }
  /// One cycle, to its end. What follows from it may still be under way.
  void cycle();
  /// Waits until nothing is done any more: no processor time is used.
  void come_to_rest() const;
  /// Waits until so many tasks of all runs were submitted and so many items have a verdict.
  void wait_for(std::uint64_t submitted, std::uint64_t terminal) const;

  /// By the order of submission.
  const seen_events& seen(std::size_t run = 0) const { return *seen_.at(run); }
  std::uint64_t submitted() const { return cluster_->submitted(); }
  calls_made calls() const;
  const std::string& run() const { return run_; }  ///< the newest one's id
  std::size_t runs() const { return run_.empty() ? 0 : seen_.size(); }

private:
  void wait_for_cycle() const;
  bool all_over() const;

  world world_;
  std::shared_ptr<leaping_clock> clock_;
  std::shared_ptr<stepped_cluster> cluster_;
  std::vector<std::shared_ptr<seen_events>> seen_;  ///< of each run; there is always one
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::actor settle_;
  std::string run_;
};

}  // namespace settle::bench

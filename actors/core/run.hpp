// One run: its items as compact rows, counts, status, slots and the ready queue. Pure bookkeeping: the
// supervisor feeds it what item actors report, and it says who may start, who is doomed and when all ended.
#pragma once

#include "actors/core/graph.hpp"
#include "actors/core/item.hpp"
#include "actors/core/status.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace settle::core {

/// Items by state; the sum is the number of items at every moment.
struct counts {
  std::array<std::uint64_t, item_status_count> by_status{};
  std::uint64_t unconfirmed = 0;  ///< completed with evidence none
  std::uint64_t of(item_status s) const noexcept { return by_status[static_cast<std::size_t>(s)]; }
  std::uint64_t total() const noexcept;
  std::uint64_t live() const noexcept;      ///< scripthut's running_count: they hold slots
  std::uint64_t terminal() const noexcept;  ///< scripthut's completed_count
  bool operator==(const counts&) const = default;
};

/// What one report of an item changed in the run.
struct run_change {
  std::vector<item_index> doomed;  ///< now dep_failed, in order; already recorded
  bool finished = false;           ///< the run became terminal with this report, or was and got a correction
};

class run {
public:
  /// `max_concurrent` 0: no limit of this run's own. Without `unconfirmed_releases` the dependents of an
  /// unconfirmed completion wait until accounting confirms it.
  explicit run(std::size_t max_concurrent = 0, bool unconfirmed_releases = true);

  /// A document's tasks join (the first one, or a generator's). On problems nothing joins. Tasks whose
  /// dependency has failed already are dep_failed at once: `change` tells which.
  std::vector<graph_problem> add(std::span<const task_ref> tasks, std::span<const bool> generators,
                                 run_change* change = nullptr);

  /// As graph::completed_before.
  void completed_before(std::span<const std::string> ids) { graph_.completed_before(ids); }

  /// The next item that may be submitted now, marked as holding a slot; none when nothing is ready, the
  /// cap is reached or the run is being cancelled. The cap counts live items and submissions under way: it is
  /// exact at all times.
  std::optional<item_index> take_ready();
  /// Something could be taken but for the cap.
  bool has_ready() const noexcept;
  /// take_ready() has something.
  bool can_take() const noexcept { return has_ready() && (max_concurrent_ == 0 || slots_ < max_concurrent_); }
  /// A taken item goes back (deferred, or its search stayed silent) and frees its slot; front of the queue.
  /// Where a dependency was corrected to failed meanwhile it is dep_failed instead.
  run_change give_back(item_index);

  /// An item's new state as its actor reported it. Cascades failures; keeps counts. An item under way or live
  /// that was not taken here (recovery) takes its slot.
  run_change update(item_index, item now);

  /// Recovery: what another process left of an item, before anything happened to it here; in any order, the newest
  /// counts, without spreading. Then once `restored`: each item is resumed (core::resume), and failures and completions
  /// spread along the graph.
  void restore(item_index, item then);
  run_change restored(instant now);

  /// Valid until the run's next change.
  const item& at(item_index) const;
  const graph& tasks() const noexcept { return graph_; }
  std::size_t size() const noexcept { return rows_.size(); }
  const counts& tally() const noexcept { return counts_; }
  run_status status() const noexcept;
  bool confirmed() const noexcept;  ///< terminal and no completion is unconfirmed
  std::size_t max_concurrent() const noexcept { return max_concurrent_; }  ///< 0: no limit of its own
  std::size_t slots_used() const noexcept { return slots_; }
  void cancel_was_asked() noexcept { cancelling_ = true; }
  bool cancelling() const noexcept { return cancelling_; }
  /// Items that have a full record; the others are a few bytes and share one.
  std::size_t records() const noexcept { return pool_.size() - free_.size(); }

  /// Asserts that counts, slots and rows agree (G3).
  void check() const;

private:
  struct row {
    std::uint32_t record;  // into pool_, or one of the shared ones
    item_status status;
    bool generator : 1;
    bool taken : 1;     // holds a slot: handed out, under way or live
    bool ready : 1;     // stands in ready_
    bool released : 1;  // its dependents were told that it completed
    bool shared : 1;    // its record is not its own
  };

  void put(item_index, item&& now);
  void count(row&, const item& was, const item& now);
  void put_taken(row&, bool taken);
  void store(row&, item&& now);
  void resume_all(instant now);
  void leave_queue_if_begun(row&);
  void enqueue(item_index, bool front);
  std::uint32_t new_record();
  void release(item_index);
  event failure_of(item_index root) const;
  void doom(item_index from, item_index root, run_change& change);
  void mark_doomed(std::span<const item_index> those, item_index root);
  bool never_started(item_index) const;
  bool all_terminal() const noexcept;

  static constexpr std::uint32_t plain_record = 0;
  static constexpr std::uint32_t generator_record = 1;
  static constexpr std::uint32_t shared_records = 2;

  graph graph_;
  std::vector<row> rows_;
  std::deque<item> pool_;  // 0 and 1: the plain pending item, and the generator
  std::vector<std::uint32_t> free_;
  std::uint32_t last_jobless_ = 0;  // the newest record of an item that ended without a job
  std::unordered_map<item_index, item_index>
      late_;                      // under way while this dependency was corrected to failed
  std::deque<item_index> ready_;  // may hold items that are no longer ready; their flag says so
  std::size_t ready_count_ = 0;
  std::size_t max_concurrent_;
  std::size_t slots_ = 0;
  counts counts_;
  std::uint64_t own_failures_ = 0;  // failed items whose root is not our cancel
  bool unconfirmed_releases_;
  bool cancelling_ = false;
};

}  // namespace settle::core

// The dependency graph of a run: names to edges, globs, cycles, readiness and the cascade of failures.
// Linear in tasks and edges, no recursion; a million of each takes seconds. Knows no states of jobs.
// A pattern that many tasks share is one vertex of its own (a group) between its matches and its users, so that
// a stage of 100 k tasks that waits for another of 100 k is 200 k edges, not ten thousand million.
#pragma once

#include "actors/core/names.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::core {

using item_index = std::uint32_t;

/// One task as the graph sees it. The views must live until `add` returns; the graph keeps copies.
struct task_ref {
  std::string_view id;
  std::span<const std::string> deps;  ///< ids or glob patterns (`*`, `?`, `[...]`); an id that looks like a
                                      ///< pattern is that id
};

/// Something wrong with the tasks handed to `add`.
struct graph_problem {
  enum class kind : std::uint8_t { duplicate_id, unknown_dep, self_dep, empty_glob, cycle };
  kind what{};
  std::size_t task = 0;  ///< index into the tasks handed to `add`
  std::size_t dep = 0;   ///< index into that task's deps; 0 for duplicate_id
  std::string words{};   ///< a sentence; a cycle as a path "a -> b -> a"
};

/// A task that joined although a dependency had already failed.
struct stillborn {
  item_index task = 0;
  item_index dependency = 0;
};

class graph {
public:
  /// More problems than these are counted, not listed: nobody reads them, and each holds text.
  static constexpr std::size_t problems_max = 1000;
  static constexpr std::size_t cycles_max = 100;

  /// Adds the tasks of one document behind those already there; ids and globs see both. Patterns are
  /// resolved now, once, and never match their own task. On any problem nothing is added. `dead` takes the
  /// tasks that wait for something that has failed already; they are not yet marked: call `failed`.
  std::vector<graph_problem> add(std::span<const task_ref> tasks, std::vector<stillborn>* dead = nullptr);

  /// Ids of tasks that completed before this run began: dependencies on them are met, and no task that joins may take
  /// them. To be told before the documents that speak of them join.
  void completed_before(std::span<const std::string> ids);
  const names& completed_before() const noexcept { return before_; }

  std::size_t size() const noexcept { return items_.size(); }
  const std::string& id(item_index i) const { return names_.at(i); }
  std::optional<item_index> find(std::string_view id) const { return names_.find(id); }

  /// Dependencies that have not completed yet (a shared pattern counts as one); 0: ready (or beyond).
  std::uint32_t unmet(item_index i) const { return items_[i].unmet; }
  /// Those that wait for it directly, or through a pattern.
  std::vector<item_index> dependents(item_index) const;

  /// The item completed: appends those that thereby became ready.
  void completed(item_index, std::vector<item_index>& ready);
  /// The item failed: appends every transitive dependent that had not been so marked before, each once.
  void failed(item_index, std::vector<item_index>& doomed);
  /// The same, but the cascade stops before whom `spared` names (they run already).
  void failed(item_index, std::vector<item_index>& doomed, const std::function<bool(item_index)>& spared);

private:
  class joining;
  enum class fate : std::uint8_t { open, completed, failed };

  /// An item, or a group: its outgoing edges are a stretch of `edges_` with room to grow.
  struct vertex {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t room = 0;
    std::uint32_t unmet = 0;  // incoming edges whose source has not completed
    fate end = fate::open;
  };
  static constexpr std::uint32_t group_flag = 0x8000'0000U;

  vertex& at(std::uint32_t target);
  std::span<const std::uint32_t> edges(const vertex& v) const { return {edges_.data() + v.first, v.count}; }
  void append_edges(vertex& v, std::span<const std::uint32_t> targets);
  void met(item_index, std::vector<item_index>& ready);

  names names_;
  names before_;
  std::vector<vertex> items_;
  std::vector<vertex> groups_;
  std::vector<std::uint32_t> edges_;  // an item's index, or a group's with group_flag
};

}  // namespace settle::core

// One document joining the graph: its ids, its dependencies resolved to edges, all problems found, and only then
// the edges put in place. Private to the graph.
#pragma once

#include "actors/core/cycles.hpp"
#include "actors/core/graph.hpp"

#include <unordered_map>

namespace settle::core {

class graph::joining {
public:
  joining(graph& into, std::span<const task_ref> tasks);

  /// Problems by task, cycles last. Nothing but names was added so far.
  std::vector<graph_problem> resolve();
  /// Takes the names back.
  void refuse();
  void commit(std::vector<stillborn>* dead);

private:
  using kind = graph_problem::kind;

  /// Task (index into the document) and what it waits for: an item, or a group with group_flag.
  struct edge {
    std::uint32_t task;
    std::uint32_t on;
    auto operator<=>(const edge&) const = default;
  };
  struct use {
    std::uint32_t task;
    std::uint32_t dep;
  };

  void report(kind what, std::size_t task, std::size_t dep, std::string words);
  void add_names();
  void resolve_task(std::uint32_t task);
  void resolve_pattern(std::string_view pattern, std::vector<use> users);
  void expand(std::uint32_t task, const std::vector<std::uint32_t>& matches);
  void report_mutual(std::string_view pattern, const std::vector<use>& users);
  void report_cycles();
  adjacency local_graph() const;
  std::string path_words(const std::vector<std::uint32_t>& tasks) const;
  std::size_t dep_towards(std::uint32_t task, std::uint32_t next) const;
  void place_groups();
  void place_edges();
  void count_unmet(std::vector<stillborn>* dead);

  graph& graph_;
  std::span<const task_ref> tasks_;
  std::uint32_t first_;  // index of the document's first task
  std::uint32_t first_group_;
  std::vector<edge> edges_;
  std::vector<std::vector<std::uint32_t>> groups_;  // new ones: their matches
  std::vector<item_index> culprits_;                // of each new group: a match that has failed already
  std::unordered_map<std::string_view, std::vector<use>> patterns_;
  std::vector<std::string_view> pattern_order_;  // as first met: the outcome depends on no hash
  std::vector<graph_problem> problems_;
  std::size_t unlisted_ = 0;
};

}  // namespace settle::core

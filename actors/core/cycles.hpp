// Cycles in a directed graph given as adjacency lists. Depth first, without recursion, linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace settle::core {

/// Edges of vertices 0 to size() - 1, grouped by their source.
struct adjacency {
  std::vector<std::uint32_t> heads;  ///< size() + 1 offsets into `targets`
  std::vector<std::uint32_t> targets;

  std::size_t size() const noexcept { return heads.empty() ? 0 : heads.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t v) const {
    return std::span{targets}.subspan(heads[v], heads[v + 1] - heads[v]);
  }
};

/// At most `most` cycles, each as its vertices in the order of the edges and each once. Every cycle of the graph
/// shares an edge with some reported one: who breaks all that are shown (and were not cut by `most`) is done.
std::vector<std::vector<std::uint32_t>> find_cycles(const adjacency& graph, std::size_t most);

}  // namespace settle::core

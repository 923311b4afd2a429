#include "actors/core/cycles.hpp"

#include <algorithm>

namespace settle::core {

namespace {

enum class colour : std::uint8_t { fresh, on_path, done };

struct place {
  std::uint32_t vertex;
  std::uint32_t next;  // which of its edges comes next
};

std::vector<std::uint32_t> cycle_from(const std::vector<place>& path, std::uint32_t to) {
  auto first = std::find_if(path.begin(), path.end(), [to](const place& p) { return p.vertex == to; });
  std::vector<std::uint32_t> cycle;
  for (; first != path.end(); ++first)
    cycle.push_back(first->vertex);
  // The same cycle reads the same wherever the search entered it.
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  return cycle;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> find_cycles(const adjacency& graph, std::size_t most) {
  std::vector<std::vector<std::uint32_t>> cycles;
  std::vector<colour> colours(graph.size(), colour::fresh);
  std::vector<place> path;
  for (std::uint32_t root = 0; root < graph.size() && cycles.size() < most; ++root) {
    if (colours[root] != colour::fresh)
      continue;
    path.push_back({root, 0});
    colours[root] = colour::on_path;
    while (!path.empty() && cycles.size() < most) {
      place& here = path.back();
      const auto edges = graph.of(here.vertex);
      if (here.next == edges.size()) {
        colours[here.vertex] = colour::done;
        path.pop_back();
        continue;
      }
      const std::uint32_t to = edges[here.next++];
      if (colours[to] == colour::on_path) {
        cycles.push_back(cycle_from(path, to));
      } else if (colours[to] == colour::fresh) {
        colours[to] = colour::on_path;
        path.push_back({to, 0});
      }
    }
  }
  return cycles;
}

}  // namespace settle::core

// Which rows of a listing contradict each other. slurmctld has one record per id, and one for each task of an array. A
// second, different row comes from a job name that holds a newline, and nothing tells which is which: neither is
// believed. Private to io/slurm.
#pragma once

#include "io/array_indexes.hpp"
#include "io/slurm/records.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace settle::slurm {

/// Which rows name which ids. Sorted once all are there, which costs nothing where they came in order: a table by id would be
/// a miss of the cache for each.
class named_rows {
public:
  explicit named_rows(std::size_t rows) { all_.reserve(rows); }
  void add(std::uint64_t id, std::size_t row) { all_.emplace_back(id, row); }
  const auto& all() const noexcept { return all_; }
  /// `each(id, first, other)` for every row but the first of an id that several name.
  template <class Each>
  void repeated(Each each) {
    if (!std::is_sorted(all_.begin(), all_.end()))
      std::sort(all_.begin(), all_.end());
    for (std::size_t i = 1, first = 0; i < all_.size(); ++i) {
      if (all_[i].first != all_[first].first)
        first = i;
      else
        each(all_[i].first, all_[first].second, all_[i].second);
    }
  }

private:
  std::vector<std::pair<std::uint64_t, std::size_t>> all_;
};

class contradictions {
public:
  /// Of at most so many rows. `same(first, other)`: whether these two say the same.
  contradictions(std::size_t rows, std::function<bool(std::size_t first, std::size_t other)> same);
  /// `place`: another one for each row, ascending.
  void note(const queue_row& row, std::size_t place);
  /// The ids of jobs and tasks that nothing is believed of, sorted; once every row is noted.
  std::vector<std::uint64_t> disputed();

private:
  void check_waiting(std::uint64_t task);

  std::function<bool(std::size_t, std::size_t)> same_;
  named_rows jobs_;   ///< by the id that is a row's own
  named_rows tasks_;  ///< of those that are an array's tasks
  std::unordered_map<std::uint64_t, std::pair<io::array_indexes, std::uint64_t>>
      waiting_;  ///< by array: its tasks that wait, and the id of their row
  std::vector<std::uint64_t> disputed_;
};

}  // namespace settle::slurm

// Which rows of a listing contradict each other. slurmctld has one record per id, and one for each task of an array. A
// second, different row comes from a job name that holds a newline, and nothing tells which is which: neither is
// believed. Private to io/slurm.
#pragma once

#include "io/array_indexes.hpp"
#include "io/slurm/records.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace settle::slurm {

/// For each id the row that named it first. Flat, and made for a known number of ids: a node for each row of a listing
/// costs more than reading the row.
class first_rows {
public:
  explicit first_rows(std::size_t ids)
      : slots_(std::bit_ceil(2 * ids + 2)), shift_(std::countl_zero(slots_.size()) + 1) {}

  /// `row` itself where the id is new. Ids are not 0.
  std::size_t of(std::uint64_t id, std::size_t row) noexcept {
    const auto mask = slots_.size() - 1;
    // The product's highest bits: only they hold all of the id, an array's in its upper half and a task's in its lower.
    auto at = static_cast<std::size_t>((id * 0x9E3779B97F4A7C15u) >> shift_);
    while (slots_[at].id != 0 && slots_[at].id != id)
      at = (at + 1) & mask;
    if (slots_[at].id == 0)
      slots_[at] = {id, row};
    return slots_[at].row;
  }

private:
  struct slot {
    std::uint64_t id = 0;
    std::size_t row = 0;
  };
  std::vector<slot> slots_;
  int shift_;
};

class contradictions {
public:
  /// Of at most so many rows. `same(first, row)`: whether the row that was noted as `first` says what this one says.
  contradictions(std::size_t rows, std::function<bool(std::size_t first, const queue_row& row)> same);
  /// `place`: another one for each row.
  void note(const queue_row& row, std::size_t place);
  /// The ids of jobs and tasks that nothing is believed of, sorted; once every row is noted.
  std::vector<std::uint64_t> disputed();

private:
  void note(std::uint64_t id, const queue_row& row, std::size_t place);
  void check_waiting(std::uint64_t task);

  std::function<bool(std::size_t, const queue_row&)> same_;
  first_rows first_;
  std::unordered_map<std::uint64_t, std::pair<io::array_indexes, std::uint64_t>>
      waiting_;                       ///< by array: its tasks that wait, and the id of their row
  std::vector<std::uint64_t> tasks_;  ///< those that have rows of their own
  std::vector<std::uint64_t> disputed_;
};

}  // namespace settle::slurm

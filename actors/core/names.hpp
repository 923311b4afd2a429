// The task ids of a run: text to index, index to text, and all that match a pattern. A hash table of indexes
// (8 to 16 bytes an id beside the text) and, once a pattern was asked for, sorted runs of indexes (4 bytes an id).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::core {

class names {
public:
  std::size_t size() const noexcept { return ids_.size(); }
  const std::string& at(std::uint32_t i) const { return ids_[i]; }
  std::optional<std::uint32_t> find(std::string_view id) const noexcept;

  /// Adds behind the others. False: the id is taken; it then has an index but is not found by its text.
  bool add(std::string_view id);
  /// Room for so many in all.
  void reserve(std::size_t count);
  /// Forgets the newest until `count` are left.
  void truncate(std::size_t count);
  /// The indexes of all that match, ascending.
  std::vector<std::uint32_t> matching(std::string_view pattern);

private:
  std::size_t slot_of(std::string_view id) const noexcept;
  void rehash(std::size_t slots);
  void sort_rest();

  std::vector<std::string> ids_;
  std::vector<std::uint32_t> slots_;  // open addressing; `empty` or an index
  std::vector<std::vector<std::uint32_t>>
      runs_;                // each sorted by text; sizes at least halve from one to the next
  std::size_t sorted_ = 0;  // ids below this are in some run
};

}  // namespace settle::core

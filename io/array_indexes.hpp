// Indexes of an array's tasks, as Slurm writes and takes them: "1,3-9:2%4". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settle::io {

class array_indexes {
public:
  array_indexes() = default;
  /// The indexes, ascending and each once.
  explicit array_indexes(std::span<const std::uint32_t> ascending);
  /// None where the text is cut or is no such expression, or is not ascending. What follows a % is left out.
  static std::optional<array_indexes> parse(std::string_view text);

  bool empty() const noexcept { return ranges_.empty(); }
  bool contains(std::uint32_t index) const noexcept;
  std::size_t size() const noexcept;
  std::uint32_t first() const noexcept { return ranges_.front().first; }
  std::uint32_t last() const noexcept { return ranges_.back().last; }
  /// "0-3,5"
  std::string text() const;
  /// The same in pieces of about `bytes_max` each, for arguments that must not grow.
  std::vector<std::string> pieces(std::size_t bytes_max) const;
  bool operator==(const array_indexes&) const = default;

private:
  struct range {
    std::uint32_t first = 0, last = 0, step = 1;
    bool operator==(const range&) const = default;
  };
  static std::optional<range> parse_range(std::string_view text);
  static std::string text_of(const range&);
  std::vector<range> ranges_;  ///< ascending, none within another
};

}  // namespace settle::io

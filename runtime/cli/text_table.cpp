#include "runtime/cli/text_table.hpp"

#include "runtime/cli/screen_text.hpp"

#include <algorithm>
#include <numeric>

namespace settle::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;

std::vector<std::size_t> natural_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  return widths;
}

std::size_t sum(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
         (widths.empty() ? 0 : gap * (widths.size() - 1));
}

/// Takes from the widest elastic column, one step at a time, until it fits or nothing can be taken.
void squeeze(std::vector<std::size_t>& widths, std::size_t width, const std::vector<std::size_t>& elastic) {
  while (sum(widths) > width) {
    std::size_t* widest = nullptr;
    for (const std::size_t column : elastic)
      if (column < widths.size() && (widest == nullptr || widths[column] > *widest))
        widest = &widths[column];
    if (widest == nullptr || *widest <= narrowest)
      return;
    --*widest;
  }
}

}  // namespace

std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t width,
                       const std::vector<std::size_t>& elastic) {
  std::vector<std::size_t> widths = natural_widths(rows);
  if (width > 0)
    squeeze(widths, width, elastic);
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string cell = fit(row[i], widths[i]);
      line += cell;
      if (i + 1 < row.size())
        line.append(widths[i] - columns_of(cell) + gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace settle::cli

// What a run_store is given (pieces of one or more lines, each with its newline) as lines, for stores that tests look into.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <vector>

namespace settle::tests {

/// Calls `line` for each, without its newline.
template <class Line>
void for_each_line(const std::vector<std::string>& pieces, Line line) {
  for (std::string_view rest : pieces)
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      assert(end != std::string_view::npos);
      line(std::string(rest.substr(0, end)));
      rest.remove_prefix(end + 1);
    }
}

}  // namespace settle::tests

// Rows of cells as aligned columns that fit a width. Pure; knows no items.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace settle::cli {

/// Cells must be printable (screen_text.hpp). Columns are two spaces apart; the last one is not padded. Where the
/// table is wider than `width` (0: no limit), the widest of the `elastic` columns are cut, none below 8; what is
/// still too wide is left to the terminal: better a wrapped line than half a cause or path.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t width,
                       const std::vector<std::size_t>& elastic);

}  // namespace settle::cli

// Text of unknown origin made safe and measurable for a screen: control characters and invalid UTF-8 are
// escaped, so that no task id can move the cursor, colour the screen or forge a line. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace settle::cli {

/// One line of printable text: control characters, line separators and characters that turn the writing
/// direction as \n, \t, \x1b, \u202e; invalid UTF-8 as \xff. All else unchanged.
std::string printable(std::string_view text);

/// Columns that printable text takes: wide characters two, combining ones none.
std::size_t columns_of(std::string_view printable_text);

/// At most `columns` columns of printable text; what is cut is shown by "…".
std::string fit(std::string_view printable_text, std::size_t columns);

enum class colour { red, green, yellow, dim, bold };

/// The text in that colour where `on`, else the text itself.
std::string paint(std::string_view text, colour c, bool on);

}  // namespace settle::cli

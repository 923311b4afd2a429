// How problems quote the user's text: cut, control characters made visible, and the nearest known word for a
// misspelt one. Pure text; knows no fields.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace settle::tasks {

/// The text in double quotes, at most some 60 bytes of it, control characters as \xNN. Always valid UTF-8 when
/// the text is.
std::string shown(std::string_view text);

/// The candidate nearest to `word` by edit distance (swaps count one), when near enough to be meant; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace settle::tasks

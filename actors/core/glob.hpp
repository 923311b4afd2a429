// Patterns in `deps`, with the meaning of fnmatch: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`; nothing is escaped, and
// `*` crosses every character. Characters are UTF-8's; a byte that is none counts as one character.
#pragma once

#include <string_view>

namespace settle::core {

bool is_glob(std::string_view text) noexcept;
/// What every match begins with: the text before the first special character.
std::string_view literal_prefix(std::string_view pattern) noexcept;
/// Linear space, no recursion; at most pattern times text steps.
bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace settle::core

// Text as the shell reads it back: quoted words, and a `cd` that means exactly one folder.
#pragma once

#include <string>
#include <string_view>

namespace settle::tasks {

/// One shell word that is this text, byte for byte.
std::string single_quoted(std::string_view text);
/// The same, at the end of `out`.
void add_single_quoted(std::string& out, std::string_view text);

/// `cd` into an absolute path, one that begins with ~, ~/ or ~user, or (below "./") a relative one.
std::string cd_command(std::string_view path);

/// The text on one line of at most `bytes_max` bytes: control characters become '?', the end is cut.
std::string visible_line(std::string_view text, std::size_t bytes_max);

}  // namespace settle::tasks

// Letters between processes that share a folder, on one machine or over a network file system: small files that appear
// whole, because they are written under a hidden name and renamed. Blocking; knows no letter's meaning.
#pragma once

#include "io/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace settle::io {

/// A letter longer than this is refused by its reader.
inline constexpr std::size_t letter_bytes_max = 64u << 20;

/// Puts a letter there for good: durable, whole, and instead of one of the same name. The folder is made where it is
/// missing (mode 0700). `name` must be a plain file name that does not begin with a dot. Errors: storage.
result<void> post_letter(const std::string& folder, const std::string& name, std::string_view text);

/// The names of the letters there, sorted; none where there is no folder or it cannot be read.
std::vector<std::string> letters_in(const std::string& folder);

/// Errors: storage (it cannot be read, or is gone), bad_input (longer than a letter may be).
result<std::string> read_letter(const std::string& folder, const std::string& name);

/// Takes a letter away; one that is gone already is none less.
void remove_letter(const std::string& folder, const std::string& name);

}  // namespace settle::io

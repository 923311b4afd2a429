// One question about bytes: does a well-formed UTF-8 character begin here.
#pragma once

#include <cstddef>
#include <string_view>

namespace settle::tasks {

/// The length of the valid UTF-8 sequence at the beginning of `text`; 0 when there is none. Refuses overlong
/// forms, surrogates and what lies beyond U+10FFFF.
std::size_t utf8_length(std::string_view text);

}  // namespace settle::tasks

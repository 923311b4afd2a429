// "Did you mean": the known word nearest to one that is unknown. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace settle::cli {

/// Empty where nothing is near: more than a third of the word would have to change (insert, delete, replace or
/// swap neighbours), and more than two letters always are too many.
std::string nearest_word(std::string_view word, std::span<const std::string> known);

}  // namespace settle::cli

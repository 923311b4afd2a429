// Items as people name them, by ids and by patterns as in `deps`. Pure.
#pragma once

#include "actors/core/graph.hpp"

#include <set>
#include <span>
#include <string>

namespace settle::core {

/// The items that these ids and patterns name; an id that looks like a pattern is that id. `unknown`: the first word that
/// names none, where it was empty.
std::set<item_index> named_items(const graph& tasks, std::span<const std::string> wanted,
                                 std::string& unknown);

}  // namespace settle::core

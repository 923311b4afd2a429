// A run.json of any age in the form that scripthut writes today: the same values under today's names, what was not kept
// then as scripthut itself reads it. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// Returns words where the text is no such file (nothing was written then); else empty. `warnings`: what today's form
/// has no place for.
std::string write_current_form(std::string_view text, const std::function<void(std::string_view)>& piece,
                               std::vector<std::string>& warnings);

}  // namespace settle

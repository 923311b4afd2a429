// Durations as people write and read them: "500ms", "20s", "5m", "2h". Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace settle::cli {

/// A whole number and its unit (ms s m h d), nothing else; none for anything that is not exactly that, for
/// negative values and for what milliseconds cannot hold.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The two largest units that say something: "4m30s", "2h5m", "45s", "1d3h"; below a second "0s".
std::string short_duration(std::chrono::milliseconds d);

}  // namespace settle::cli

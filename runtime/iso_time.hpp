// Wall clock times as settle's JSON objects print them, and the dates that Python writes, read. Pure.
#pragma once

#include "actors/core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace settle {

/// ISO 8601 in UTC with milliseconds, as scripthut's dates: "2026-03-01T12:00:00.250+00:00".
std::string iso_time(core::duration at);

/// Reads such a date, as Python writes it ("2026-03-01T12:00:00.250000+01:00"; no fraction, Z or no offset, which is
/// UTC, too), cut to milliseconds. None where it is no date, or none from 1900 to 9999.
std::optional<core::duration> time_of_iso(std::string_view text);

}  // namespace settle

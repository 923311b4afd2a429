// Wall clock times as settle's JSON objects print them. Pure.
#pragma once

#include "actors/core/time.hpp"

#include <string>

namespace settle {

/// ISO 8601 in UTC with milliseconds, as scripthut's dates: "2026-03-01T12:00:00.250+00:00".
std::string iso_time(core::duration at);

}  // namespace settle

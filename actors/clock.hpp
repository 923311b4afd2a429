// The clock of the actors: the machine's in the program, a virtual one in tests.
#pragma once

#include "actors/core/time.hpp"

#include <functional>

namespace settle::actors {

using clock_source = std::function<core::instant()>;

/// The machine's monotonic and wall clock.
core::instant machine_now();

}  // namespace settle::actors

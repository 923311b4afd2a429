// How a local process ended, as a verdict. Pure.
#pragma once

#include "actors/cluster.hpp"
#include "actors/core/verdict.hpp"

namespace settle::actors {

core::verdict verdict_of(const process_end& end);

}  // namespace settle::actors

// What this process has cost so far: processor time without its children, and memory.
#pragma once

#include <cstdint>
#include <string>

namespace settle::bench {

/// User and system seconds of this process alone.
double cpu_seconds();
/// Resident megabytes: now, and at most so far.
double resident_megabytes();
double peak_megabytes();

/// Runs a program to its end, its output thrown away. Less than 0: it failed.
struct program_cost {
  double cpu_seconds = -1;
  double peak_megabytes = 0;
};
program_cost run_program(const char* const* argv);

}  // namespace settle::bench

// What the commands that only read a state directory have in common: which one, which run, a look at the reader of
// stdout while there is nothing to print, and leaving on a signal. Decides no verdict, harms no run.
#pragma once

#include "actors/core/time.hpp"
#include "io/result.hpp"
#include "runtime/cli/signals.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace settle::cli {

/// The named state directory, else the default one.
std::string state_of(const std::string& named);

/// Says it on stderr; returns `code`.
int refuse(const std::string& words, int code);
/// With the exit code that this kind of error has: 2 for what the user wrote, else 3.
int refuse(const io::error& why);

core::duration wall_now();

/// The exit code of a program that a signal ended, as shells have it; none while no signal came.
std::optional<int> interrupted(signals& noted);

/// Between two looks at a file.
inline constexpr std::chrono::milliseconds look_distance{200};
/// Waits that long, or until a signal comes or nobody reads stdout any more. False: nobody does. Without
/// `mind_reader` it is not looked at.
bool wait_to_look(const signals& noted, std::chrono::milliseconds at_most = look_distance,
                  bool mind_reader = true);

}  // namespace settle::cli

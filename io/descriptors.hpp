// How many file descriptors a process may have open. For a program of its own: a library changes nothing of its host's.
#pragma once

#include <sys/resource.h>

#include <optional>

namespace settle::io {

/// The soft limit becomes the hard one, at most 65,536: a headless supervisor of many runs needs three for each. What
/// spawn() starts gets the former one back: sbatch hands its limits on to the jobs. At most once, before other threads.
void raise_descriptor_limit() noexcept;

/// The soft limit that was there before it was raised; none: it was not.
std::optional<rlim_t> former_descriptor_limit() noexcept;

/// The soft limit now.
rlim_t descriptor_limit() noexcept;

}  // namespace settle::io

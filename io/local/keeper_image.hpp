// The keeper's program (io/local/keeper), which is part of this library as bytes: a program that embeds settle
// has no second file to install, and nobody's PATH or working folder decides what is run.
#pragma once

#include "io/unique_fd.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace settle::io::local {

std::string_view keeper_image() noexcept;

/// A descriptor that execveat takes: of an anonymous file in memory, or, where the system forbids to run such, of the
/// file `settle-keeper` in `folder`. Or errno.
tl::expected<unique_fd, int> open_keeper(const std::string& folder);
/// The second way alone.
tl::expected<unique_fd, int> open_keeper_in(const std::string& folder);

}  // namespace settle::io::local

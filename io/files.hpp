// The few file operations that several parts of io need, with errno as the answer. Blocking; no policy.
#pragma once

#include "io/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace settle::io {

/// "No space left on device" and its like; thread safe.
std::string errno_words(int error);

/// Everything up to the last slash; "." where there is none.
std::string folder_of(const std::string& path);

enum class sync_new { no, yes };

/// Makes the missing folders above `path`, each with `mode`; with `yes` each new one is durable afterwards.
/// 0 or errno.
int make_folders_above(const std::string& path, mode_t mode, sync_new);

/// Makes a folder's entries durable. 0 or errno; file systems that cannot sync folders count as done.
int sync_folder(const std::string& folder);

/// Writes all of it. 0 or errno; `bytes` is left with what was not written.
int write_whole(int fd, std::string_view& bytes);

/// Reads to the end of whatever it is, in place of what `bytes` held. 0 or errno. Leaves room behind what it read, for a
/// parser's padding.
int read_whole(int fd, std::string& bytes);
int read_whole_file(const std::string& path, std::string& bytes);

/// When what is there was last written to, by the file system's clock (CLOCK_REALTIME's zero); none: nothing is there.
std::optional<std::chrono::nanoseconds> changed_at(const std::string& path);

/// Nothing is there under that name. False where that cannot be known (an unreachable file server, no permission).
bool is_missing(const std::string& path);

/// Writes a file anew and makes it and its name durable. 0 or errno.
int write_durable_file(const std::string& path, std::string_view bytes);

}  // namespace settle::io

// What the keeper writes: the record by which a task is claimed before it runs, and the one of how it ended.
// io/local/task_record.hpp reads them. Nothing here allocates or throws.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace settle::keeper {

struct records {
  const char* token;
  int folder;  ///< a descriptor of it
};

struct task_end {
  int exit = -1;   ///< -1: ended by a signal
  int signal = 0;  ///< 0: none
  bool core_dumped = false;
  bool timed_out = false;
  bool cancelled = false;
  std::int64_t start = 0, end = 0;  ///< epoch seconds
  std::int64_t elapsed_ms = 0;
  std::int64_t cpu_ms = 0;
  std::int64_t max_rss_kib = 0;
};

/// Makes TOKEN.start, whole, and only where there is none: whoever makes it decides whether the task runs. 0 or errno;
/// EEXIST: another settle has decided that it does not.
int claim(const records&, const char* facts, pid_t task);

/// Makes TOKEN.end, whole. Where there is no space it tries again until there is; false only where it never can be.
/// `durable`: nobody else will keep what it says.
bool write_end(const records&, const task_end&, bool durable);

}  // namespace settle::keeper

#include "io/local/keeper/records.hpp"

#include "io/process_stat.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <cstdio>

namespace settle::keeper {
namespace {

constexpr time_t try_again_s = 1;
constexpr std::size_t name_max = 256;

std::uint64_t start_of(pid_t pid) {
  const auto seen = io::look_at_process(pid);
  return seen ? seen->start : 0;
}

struct name {
  char text[name_max];
  name(const records& kept, const char* before, const char* after) {
    std::snprintf(text, sizeof text, "%s%s%s", before, kept.token, after);
  }
};

/// 0 or errno.
int write_file(const records& kept, const char* file, const char* text, int length, bool durable) {
  const int fd = ::openat(kept.folder, file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno;
  int error = 0;
  for (int written = 0; written < length && error == 0;) {
    const ssize_t got = ::write(fd, text + written, static_cast<std::size_t>(length - written));
    if (got >= 0)
      written += static_cast<int>(got);
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && durable && ::fsync(fd) != 0 && errno != EINVAL)
    error = errno;
  if (::close(fd) != 0 && error == 0 && errno != EINTR)
    error = errno;  // a network file system may tell only here that the disk is full
  return error;
}

int link_file(const records& kept, const char* from, const char* to) {
  if (::linkat(kept.folder, from, kept.folder, to, 0) == 0)
    return 0;
  const int error = errno;
  struct stat seen {};
  // A network file system may have made it, lost its answer, and tell of its own work as somebody else's.
  if (::fstatat(kept.folder, from, &seen, AT_SYMLINK_NOFOLLOW) == 0 && seen.st_nlink == 2)
    return 0;
  return error;
}

}  // namespace

int claim(const records& kept, const char* facts, pid_t task) {
  char text[1024];
  const int length = std::snprintf(text, sizeof text,
                                   "settle-start 1 token=%s %s keeper=%d keeper_start=%" PRIu64
                                   " task=%d task_start=%" PRIu64 "\n",
                                   kept.token, facts, ::getpid(), start_of(::getpid()), task, start_of(task));
  if (length >= static_cast<int>(sizeof text))
    return ENAMETOOLONG;
  const name temporary(kept, ".", ".starting"), record(kept, "", ".start");
  // Not synced: a machine that stops takes the task with it, and what its boot left open is then told as lost.
  int error = write_file(kept, temporary.text, text, length, false);
  if (error == 0)
    error = link_file(kept, temporary.text, record.text);
  ::unlinkat(kept.folder, temporary.text, 0);
  return error;
}

bool write_end(const records& kept, const task_end& e, bool durable) {
  char text[1024];
  const int length =
      std::snprintf(text, sizeof text,
                    "settle-end 1 token=%s exit=%d signal=%d core=%d timed_out=%d cancelled=%d start=%" PRId64
                    " end=%" PRId64 " elapsed_ms=%" PRId64 " cpu_ms=%" PRId64 " max_rss_kib=%" PRId64 "\n",
                    kept.token, e.exit, e.signal, e.core_dumped ? 1 : 0, e.timed_out ? 1 : 0,
                    e.cancelled ? 1 : 0, e.start, e.end, e.elapsed_ms, e.cpu_ms, e.max_rss_kib);
  const name temporary(kept, ".", ".ending"), record(kept, "", ".end");
  for (;;) {
    int error = write_file(kept, temporary.text, text, length, durable);
    if (error == 0 && ::renameat(kept.folder, temporary.text, kept.folder, record.text) != 0)
      error = errno;
    if (error == 0) {
      if (durable)
        ::fsync(kept.folder);
      return true;
    }
    ::unlinkat(kept.folder, temporary.text, 0);
    if (error == ENOENT || error == ENOTDIR || error == EROFS || error == ESTALE)
      return false;  // the run's folder is gone
    const timespec pause{try_again_s, 0};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace settle::keeper

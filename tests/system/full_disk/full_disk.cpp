// A disk that is full, for one process and below one folder: preloaded into settle, it refuses, from the k-th on, every
// call that takes space there, as the kernel does (ENOSPC). Of the first write that it refuses a half still fits.
// FULL_DISK: the folder. FULL_DISK_AFTER: how many such calls succeed. FULL_DISK_COUNT: a file that learns how many were made.
// FULL_DISK_ERROR: another errno in its place, as where a file server turns read-only (EROFS) or forgets who we are (EACCES):
// then nothing of a write fits, and an existing file is not opened for writing either.
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

const char* folder() {
  static const char* const value = std::getenv("FULL_DISK");
  return value;
}

/// Commands that settle starts inherit the preloading, and are not meant.
bool is_settle() {
  static const bool value = [] {
    char name[32] = {};
    const int file = static_cast<int>(::open("/proc/self/comm", O_RDONLY));
    const bool read = file >= 0 && ::read(file, name, sizeof name - 1) > 0;
    if (file >= 0)
      ::close(file);
    return read && std::strcmp(name, "settle\n") == 0;
  }();
  return value;
}

bool is_below(const char* path) {
  return folder() != nullptr && is_settle() && std::strncmp(path, folder(), std::strlen(folder())) == 0;
}

bool is_below(int file) {
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0)
    return false;
  path[length] = '\0';
  return is_below(path);
}

int error() {
  static const int value = [] {
    const char* const number = std::getenv("FULL_DISK_ERROR");
    return number != nullptr ? std::atoi(number) : ENOSPC;
  }();
  return value;
}

enum class room { enough, half, none };

room take() {
  static std::atomic<long> calls{0};
  static const long after = std::atol(std::getenv("FULL_DISK_AFTER"));
  const long call = ++calls;
  if (const char* count = std::getenv("FULL_DISK_COUNT")) {
    if (std::FILE* out = std::fopen(count, "w")) {
      std::fprintf(out, "%ld", call);
      std::fclose(out);
    }
  }
  return call <= after ? room::enough : call == after + 1 && error() == ENOSPC ? room::half : room::none;
}

template <class function>
function real(function, const char* name) {
  return reinterpret_cast<function>(::dlsym(RTLD_NEXT, name));
}

int refused() {
  errno = error();
  return -1;
}

mode_t mode_of(int flags, std::va_list rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto next = real(&write, "write");
  const room left = is_below(file) ? take() : room::enough;
  if (left == room::none || (left == room::half && size < 2))
    return refused();
  return next(file, bytes, left == room::half ? size / 2 : size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  static const auto next = real(&pwrite, "pwrite");
  return is_below(file) && take() != room::enough ? refused() : next(file, bytes, size, at);
}

int fsync(int file) {
  static const auto next = real(&fsync, "fsync");
  return is_below(file) && take() != room::enough ? refused() : next(file);
}

int mkdir(const char* path, mode_t mode) {
  static const auto next = real(&mkdir, "mkdir");
  return is_below(path) && take() != room::enough ? refused() : next(path, mode);
}

int open(const char* path, int flags, ...) {
  static const auto next = real(&open, "open");
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  const bool makes = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
  const bool writes = (flags & O_ACCMODE) != O_RDONLY && error() != ENOSPC;
  if ((makes || writes) && is_below(path) && take() != room::enough)
    return refused();
  return next(path, flags, mode);
}

int rename(const char* from, const char* to) {
  static const auto next = real(&rename, "rename");
  return is_below(to) && take() != room::enough ? refused() : next(from, to);
}

}  // extern "C"

#include "io/process_stat.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdio>

namespace settle::io {
namespace {

constexpr int state_field = 3, group_field = 5, threads_field = 20, start_field = 22;

template <class Number>
bool is_number(std::string_view word, Number& into) {
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), into);
  return parsed.ec == std::errc{} && parsed.ptr == word.data() + word.size();
}

std::optional<process_stat> stat_in(int folder, const char* pid) noexcept {
  char path[280];
  std::snprintf(path, sizeof path, "%s/stat", pid);
  const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return std::nullopt;  // it ended meanwhile
  char text[1024];
  const ssize_t got = ::read(fd, text, sizeof text);
  ::close(fd);
  return got > 0 ? parse_process_stat({text, static_cast<std::size_t>(got)}) : std::nullopt;
}

}  // namespace

// "PID (NAME) STATE PPID PGRP ...": the name may hold anything, also ')' and blanks.
std::optional<process_stat> parse_process_stat(std::string_view text) noexcept {
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || text.size() < name_end + 3)
    return std::nullopt;
  std::string_view rest = text.substr(name_end + 2);
  process_stat out;
  for (int field = state_field; field <= start_field; ++field) {
    const auto end = rest.find(' ');
    const std::string_view word = rest.substr(0, end);
    if (word.empty() || (field == group_field && !is_number(word, out.group)) ||
        (field == threads_field && !is_number(word, out.threads)) ||
        (field == start_field && !is_number(word, out.start)))
      return std::nullopt;
    if (field == state_field)
      out.state = word.front();
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return out;
}

std::optional<process_stat> look_at_process(pid_t pid) noexcept {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%d", pid);
  return stat_in(AT_FDCWD, path);
}

std::optional<process_stat> look_at_this_process() noexcept {
  return stat_in(AT_FDCWD, "/proc/self");  // its number may be another in this /proc
}

bool group_lives(pid_t group) noexcept {
  DIR* const proc = ::opendir("/proc");
  if (proc == nullptr)
    return false;
  bool found = false;
  while (const dirent* const one = ::readdir(proc)) {
    if (one->d_name[0] < '1' || one->d_name[0] > '9')
      continue;
    const auto seen = stat_in(::dirfd(proc), one->d_name);
    found = seen && seen->lives() && seen->group == group;
    if (found)
      break;
  }
  ::closedir(proc);
  return found;
}

}  // namespace settle::io

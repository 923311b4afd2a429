#include "io/local/process_groups.hpp"

#include "io/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <array>
#include <charconv>
#include <memory>
#include <string>

namespace settle::io::local {
namespace {

std::optional<pid_t> read_group(int proc, const char* pid) {
  const unique_fd file(::openat(proc, (std::string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return std::nullopt;  // it ended meanwhile
  std::array<char, 512> text{};
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  return count > 0 ? group_of_living({text.data(), static_cast<std::size_t>(count)}) : std::nullopt;
}

}  // namespace

// "PID (NAME) STATE PPID PGRP ...": the name may hold anything, also ')' and blanks.
std::optional<pid_t> group_of_living(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || stat.size() < name_end + 5)
    return std::nullopt;
  const char state = stat[name_end + 2];
  if (state == 'Z' || state == 'X' || state == 'x')
    return std::nullopt;
  stat.remove_prefix(name_end + 4);
  const auto blank = stat.find(' ');
  if (blank == std::string_view::npos)
    return std::nullopt;
  stat.remove_prefix(blank + 1);
  pid_t group = 0;
  const auto parsed = std::from_chars(stat.data(), stat.data() + stat.size(), group);
  return parsed.ec == std::errc{} ? std::optional(group) : std::nullopt;
}

std::unordered_set<pid_t> living_process_groups() {
  std::unordered_set<pid_t> groups;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc)
    return groups;
  while (const dirent* one = ::readdir(proc.get()))
    if (one->d_name[0] >= '1' && one->d_name[0] <= '9')
      if (const auto group = read_group(::dirfd(proc.get()), one->d_name))
        groups.insert(*group);
  return groups;
}

}  // namespace settle::io::local

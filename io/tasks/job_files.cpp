// Names of a job's files and what its script left in them.
#include "io/tasks/job_script.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle::tasks {

namespace {

constexpr std::size_t tail_bytes = 4096;
constexpr std::size_t file_stem_max = 120;
constexpr std::size_t job_name_max = 40;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Everything that is not plain (nor a dot, where those may stay) becomes one '_' a run; none at either end.
std::string readable(std::string_view text, std::size_t bytes_max, bool dots) {
  std::string out;
  for (const char c : text) {
    if (out.size() == bytes_max)
      break;
    const bool keep = is_plain(c) || (dots && c == '.');
    if (keep ? !(out.empty() && (c == '-' || c == '.' || c == '_')) : !out.empty() && out.back() != '_')
      out += keep ? c : '_';
  }
  while (!out.empty() && (out.back() == '_' || out.back() == '.'))
    out.pop_back();
  return out.empty() ? "task" : out;
}

/// The last 4 KiB of a regular file; empty when there is none to read.
std::string read_tail(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return {};
  std::string out;
  struct stat info {};
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    out.resize(tail_bytes);
    const auto start = std::max<off_t>(0, info.st_size - static_cast<off_t>(tail_bytes));
    std::size_t size = 0;
    while (size < out.size()) {
      const ssize_t got = pread(fd, out.data() + size, out.size() - size, start + static_cast<off_t>(size));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      size += static_cast<std::size_t>(got);
    }
    out.resize(size);
  }
  close(fd);
  return out;
}

}  // namespace

std::string launch_failure_mark(std::string_view token) {
  return "settle: launch_failure " + std::string(token);
}

bool has_launch_failure_mark(const std::string& error_file, std::string_view token, std::string& words) {
  const std::string tail = read_tail(error_file);
  const std::string mark = launch_failure_mark(token) + ": ";
  std::string_view rest = tail;
  while (!rest.empty()) {
    if (rest.back() == '\n') {
      rest.remove_suffix(1);
      continue;
    }
    const auto newline = rest.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? rest : rest.substr(newline + 1);
    if (line.starts_with(mark)) {
      words = line.substr(mark.size());
      return true;
    }
    if (!line.starts_with("slurmstepd: "))
      return false;
    rest.remove_suffix(line.size());
  }
  return false;
}

std::string safe_file_stem(std::size_t index, std::string_view task_id) {
  const std::string number = std::to_string(index) + "-";
  return number + readable(task_id, file_stem_max - number.size(), true);
}

std::string safe_job_name(std::string_view task_name) {
  return readable(task_name, job_name_max, false);
}

}  // namespace settle::tasks

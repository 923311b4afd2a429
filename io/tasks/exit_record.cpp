#include "io/tasks/exit_record.hpp"

#include "io/files.hpp"
#include "io/job_id.hpp"
#include "io/unique_fd.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle::tasks {

namespace {

constexpr int exit_code_max = 255;

bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word))
    return false;
  rest.remove_prefix(word.size());
  return true;
}

template <class Number>
bool take_number(std::string_view& rest, std::string_view before, Number& into) {
  if (!take(rest, before) || rest.empty() || rest.front() == '-')
    return false;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), into);
  if (code != std::errc{})
    return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

/// "4711" or "145_7"
bool take_job_id(std::string_view& rest, std::string_view before, std::uint64_t& into) {
  if (!take(rest, before))
    return false;
  const auto word = rest.substr(0, rest.find(' '));
  const auto id = io::job_id_from_text(word);
  into = id.value_or(0);
  rest.remove_prefix(word.size());
  return id.has_value();
}

/// The script writes 0 where the node has no clock to ask.
bool take_time(std::string_view& rest, std::string_view before, std::optional<std::int64_t>& into) {
  std::int64_t seconds = 0;
  if (!take_number(rest, before, seconds))
    return false;
  if (seconds > 0)
    into = seconds;
  return true;
}

exit_record_reading trouble(std::string words) {
  return {std::nullopt, std::move(words)};
}

/// At most one byte more than a record may have. 0 or errno.
int read_start(int fd, std::string& text) {
  text.resize(exit_record_bytes_max + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return 0;
}

}  // namespace

exit_record_reading parse_exit_record(std::string_view text, std::string_view token) {
  if (text.empty())
    return trouble("it is empty: the script began and has written no end");
  if (text.size() > exit_record_bytes_max)
    return trouble("it is longer than any record");
  if (text.back() != '\n')
    return trouble("it is cut");
  std::string_view rest = text;
  if (!take(rest, "settle-exit 1 token="))
    return trouble("it is no exit record that this settle knows");
  if (!take(rest, token) || !rest.starts_with(' '))
    return trouble("it is another submission's");
  exit_record r;
  const bool whole = take_job_id(rest, " job=", r.job_id) && take_number(rest, " restart=", r.restart) &&
                     take_number(rest, " exit=", r.exit_code) && take_time(rest, " start=", r.start) &&
                     take_time(rest, " end=", r.end) && rest == "\n" && r.exit_code <= exit_code_max;
  if (!whole)
    return trouble("it is not whole, or no exit record");
  return {r, {}};
}

exit_record_reading read_exit_record(const std::string& path, std::string_view token) {
  const io::unique_fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd)
    return errno == ENOENT || errno == ENOTDIR ? exit_record_reading{} : trouble(io::errno_words(errno));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0)
    return trouble(io::errno_words(errno));
  if (!S_ISREG(info.st_mode))
    return trouble("it is no regular file");
  std::string text;
  if (const int error = read_start(fd.get(), text); error != 0)
    return trouble(io::errno_words(error));
  return parse_exit_record(text, token);
}

}  // namespace settle::tasks

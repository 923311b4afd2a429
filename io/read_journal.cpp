#include "io/files.hpp"
#include "io/journal.hpp"
#include "io/unique_fd.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace settle::io {
namespace {

constexpr std::size_t block_bytes = 1u << 20;

/// Hands out the whole lines of `text`; returns where the torn rest begins. Bytes before `searched` hold no newline.
std::size_t give_lines(std::string_view text, std::size_t searched,
                       const std::function<void(std::string_view)>& line) {
  std::size_t begin = 0;
  for (auto end = text.find('\n', searched); end != std::string_view::npos; end = text.find('\n', begin)) {
    line(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return begin;
}

}  // namespace

result<void> read_journal(const std::string& path, const std::function<void(std::string_view)>& line,
                          bool& torn) {
  torn = false;
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return fail(errc::storage, "cannot open " + path + ": " + errno_words(errno));
  std::string text;
  std::size_t kept = 0;  // of it: a line's beginning, still without its newline
  for (;;) {
    if (text.size() < kept + block_bytes)
      text.resize(kept + block_bytes);
    const ssize_t count = ::read(file.get(), text.data() + kept, block_bytes);
    if (count < 0 && errno != EINTR)
      return fail(errc::storage, "cannot read " + path + ": " + errno_words(errno));
    if (count == 0)
      break;
    if (count < 0)
      continue;
    const std::size_t end = kept + static_cast<std::size_t>(count);
    const std::size_t rest = give_lines(std::string_view(text).substr(0, end), kept, line);
    kept = end - rest;
    std::memmove(text.data(), text.data() + rest, kept);
  }
  torn = kept > 0;
  return {};
}

}  // namespace settle::io

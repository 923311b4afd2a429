#include "io/mailbox.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace settle::io {

namespace fs = std::filesystem;

namespace {

tl::unexpected<error> cannot(const char* what, const std::string& path, int number) {
  return fail(errc::storage, std::string("cannot ") + what + " " + path + ": " + errno_words(number));
}

}  // namespace

result<void> post_letter(const std::string& folder, const std::string& name, std::string_view text) {
  const std::string path = folder + "/" + name;
  const std::string hidden = folder + "/." + name + "." + std::to_string(::getpid());
  if (const int number = make_folders_above(path, 0700, sync_new::no))
    return cannot("make the folder of", path, number);
  if (const int number = write_durable_file(hidden, text)) {
    ::unlink(hidden.c_str());
    return cannot("write", hidden, number);
  }
  if (::rename(hidden.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(hidden.c_str());
    return cannot("write", path, number);
  }
  if (const int number = sync_folder(folder))
    return cannot("write", folder, number);
  return {};
}

std::vector<std::string> letters_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    if (auto name = it->path().filename().string(); name.front() != '.')
      names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

result<std::string> read_letter(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file)
    return cannot("open", path, errno);
  std::string text;
  for (;;) {
    constexpr std::size_t slice = 64u << 10;
    const auto filled = text.size();
    text.resize(filled + slice);
    const ssize_t n = ::read(file.get(), text.data() + filled, slice);
    if (n < 0 && errno != EINTR)
      return cannot("read", path, errno);
    text.resize(filled + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0)
      return text;
    if (text.size() > letter_bytes_max)
      return fail(errc::bad_input, path + " is longer than " + std::to_string(letter_bytes_max) + " bytes");
  }
}

void remove_letter(const std::string& folder, const std::string& name) {
  ::unlink((folder + "/" + name).c_str());
}

}  // namespace settle::io

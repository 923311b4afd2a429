#include "io/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace settle::io {
namespace {

bool is_folder(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

int make_folder(const std::string& path, mode_t mode, sync_new sync) {
  if (is_folder(path))  // asked first: mkdir of an existing one may say EROFS or EACCES on network mounts
    return 0;
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno != EEXIST)
      return errno;
    return is_folder(path) ? 0 : ENOTDIR;  // made by somebody else meanwhile, or a file stands there
  }
  return sync == sync_new::yes ? sync_folder(folder_of(path)) : 0;
}

}  // namespace

std::string errno_words(int error) {
  return std::system_category().message(error);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int make_folders_above(const std::string& path, mode_t mode, sync_new sync) {
  const std::string folder = folder_of(path);
  if (is_folder(folder))
    return 0;
  for (auto slash = folder.find('/', 1); slash != std::string::npos; slash = folder.find('/', slash + 1))
    if (const int error = make_folder(folder.substr(0, slash), mode, sync))
      return error;
  return make_folder(folder, mode, sync);
}

int sync_folder(const std::string& folder) {
  const unique_fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened)
    return errno;
  if (::fsync(opened.get()) == 0 || errno == EINVAL || errno == ENOTSUP)
    return 0;
  return errno;
}

int write_durable_file(const std::string& path, std::string_view bytes) {
  unique_fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file)
    return errno;
  if (const int error = write_whole(file.get(), bytes))
    return error;
  if (::fsync(file.get()) != 0)
    return errno;
  return sync_folder(folder_of(path));
}

int read_whole(int fd, std::string& bytes) {
  struct stat info {};
  if (::fstat(fd, &info) != 0)
    return errno;
  constexpr std::size_t piece = 65'536, behind = 4096;
  bytes.resize(S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) + behind : piece);
  std::size_t size = 0;
  for (;;) {
    const ssize_t count = ::read(fd, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR)
      continue;
    const int error = count < 0 ? errno : 0;
    if (count <= 0) {
      bytes.resize(size);
      return error;
    }
    size += static_cast<std::size_t>(count);
    if (size == bytes.size())
      bytes.resize(size * 2);
  }
}

int read_whole_file(const std::string& path, std::string& bytes) {
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_whole(file.get(), bytes) : errno;
}

int write_whole(int fd, std::string_view& bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count > 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (count == 0)
      return EIO;  // no file does that; but it must not become an endless loop
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

std::optional<std::chrono::nanoseconds> changed_at(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0)
    return std::nullopt;
  return std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec);
}

bool is_missing(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace settle::io

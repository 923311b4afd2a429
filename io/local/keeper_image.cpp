#include "io/local/keeper_image.hpp"

#include "io/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

// clang-format off
asm(".pushsection .rodata\n"
    ".balign 16\n"
    ".global settle_keeper_image\n"
    ".hidden settle_keeper_image\n"
    "settle_keeper_image:\n"
    ".incbin \"" SETTLE_KEEPER_FILE "\"\n"
    ".global settle_keeper_image_end\n"
    ".hidden settle_keeper_image_end\n"
    "settle_keeper_image_end:\n"
    ".byte 0\n"
    ".popsection\n");
// clang-format on

extern "C" {
extern const char settle_keeper_image[];
extern const char settle_keeper_image_end[];
}

namespace settle::io::local {
namespace {

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U  // Linux 6.3
#endif

}  // namespace

std::string_view keeper_image() noexcept {
  return {settle_keeper_image, static_cast<std::size_t>(settle_keeper_image_end - settle_keeper_image)};
}

tl::expected<unique_fd, int> open_keeper(const std::string& folder) {
  unique_fd file(::memfd_create("settle-keeper", MFD_CLOEXEC | MFD_EXEC));
  if (!file && errno == EINVAL)  // an older kernel, to which every such file may be run
    file = unique_fd(::memfd_create("settle-keeper", MFD_CLOEXEC));
  if (!file && (errno == EACCES || errno == EPERM || errno == ENOSYS))
    return open_keeper_in(folder);
  if (!file)
    return tl::unexpected(errno);
  auto bytes = keeper_image();
  if (const int error = write_whole(file.get(), bytes))
    return tl::unexpected(error);
  return file;
}

tl::expected<unique_fd, int> open_keeper_in(const std::string& folder) {
  const std::string path = folder + "/settle-keeper", temporary = path + "." + std::to_string(::getpid());
  ::unlink(temporary.c_str());
  {
    const unique_fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
    auto bytes = keeper_image();
    if (!file)
      return tl::unexpected(errno);
    if (const int error = write_whole(file.get(), bytes))
      return tl::unexpected(error);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return tl::unexpected(errno);
  unique_fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file)
    return tl::unexpected(errno);
  return file;
}

}  // namespace settle::io::local

#include "io/lease_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

namespace settle::io {
namespace {

using std::string_view;

constexpr string_view owner_prefix = "owner.";
constexpr string_view temporary_prefix = "owner.new.";
constexpr generation_t generation_max = 1'000'000'000'000'000;  ///< more is not ours: nobody counts so far
constexpr std::size_t text_max = 4096;                          ///< bytes; ours are a tenth of it

std::optional<generation_t> generation_in(string_view name) {
  if (!name.starts_with(owner_prefix))
    return std::nullopt;
  const string_view digits = name.substr(owner_prefix.size());
  generation_t generation = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), generation);
  if (parsed.ec != std::errc{} || generation > generation_max || owner_name(generation) != name)
    return std::nullopt;
  return generation;
}

/// Something that is no file of ours, or not for us to read, but may well change.
std::string changed_when(const struct stat& found) {
  return "unreadable " + std::to_string(found.st_mtim.tv_sec) + ' ' + std::to_string(found.st_mtim.tv_nsec);
}

int write_new(const lease_folder& folder, const std::string& name, string_view text, unique_fd& file) {
  file.reset(::openat(folder.fd.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file)
    return errno;
  if (const int failed = write_whole(file.get(), text))
    return failed;
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

int lease_folder::open(const std::string& where) {
  path = where;
  fd.reset(::open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd ? 0 : errno;
}

std::string owner_name(generation_t generation) {
  return std::string(owner_prefix) + std::to_string(generation);
}

tl::expected<lease_listing, int> list(const lease_folder& folder) {
  // Opened anew: a copy of our descriptor would share its position.
  unique_fd again(::openat(folder.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!again)
    return tl::unexpected<int>(errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::fdopendir(again.get()), &::closedir);
  if (!opened)
    return tl::unexpected<int>(errno);
  again.release();
  lease_listing listing;
  for (;;) {
    errno = 0;
    const dirent* one = ::readdir(opened.get());
    if (one == nullptr)
      break;
    const string_view name(one->d_name);
    if (const auto generation = generation_in(name))
      listing.generations.push_back(*generation);
    else if (name.starts_with(temporary_prefix))
      listing.temporaries.emplace_back(name);
  }
  if (errno != 0)
    return tl::unexpected<int>(errno);
  std::sort(listing.generations.begin(), listing.generations.end());
  return listing;
}

std::optional<std::string> read_owner(const lease_folder& folder, const std::string& name) {
  // Opening is what makes the client of a network file system look for newer bytes. NONBLOCK: it may be a pipe.
  const unique_fd file(
      ::openat(folder.fd.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  std::array<char, text_max> bytes{};
  ssize_t count = -1;
  if (file)
    do
      count = ::read(file.get(), bytes.data(), bytes.size());
    while (count < 0 && errno == EINTR);
  if (count >= 0)
    return std::string(bytes.data(), static_cast<std::size_t>(count));
  struct stat found {};
  if (::fstatat(folder.fd.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? std::nullopt : std::optional<std::string>("unreadable");
  return changed_when(found);
}

int link_new(const lease_folder& folder, const std::string& name, const std::string& nonce,
             const std::string& text, unique_fd& file) {
  const int at = folder.fd.get();
  const std::string temporary = std::string(temporary_prefix) + nonce;
  int failed = write_new(folder, temporary, text, file);
  if (failed == 0 && ::linkat(at, temporary.c_str(), at, name.c_str(), 0) != 0) {
    failed = errno;
    if (is_named(folder, name, file.get()))
      failed = 0;  // it was made; only the server's first answer got lost
    else if (failed == ENOENT)
      failed = EEXIST;  // whoever took the lease removed our temporary file
  }
  ::unlinkat(at, temporary.c_str(), 0);
  return failed;
}

int write_over(int file, const std::string& text) {
  string_view left = text;
  while (!left.empty()) {
    const ssize_t count =
        ::pwrite(file, left.data(), left.size(), static_cast<off_t>(text.size() - left.size()));
    if (count > 0)
      left.remove_prefix(static_cast<std::size_t>(count));
    else if (count == 0 || errno != EINTR)
      return count == 0 ? EIO : errno;
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

void remove_older(const lease_folder& folder, generation_t mine) {
  const auto listed = list(folder);
  if (!listed)
    return;
  // A contender who still needs its temporary file finds that out and starts over.
  for (const std::string& temporary : listed->temporaries)
    ::unlinkat(folder.fd.get(), temporary.c_str(), 0);
  for (const generation_t generation : listed->generations)
    if (generation >= mine ||
        (::unlinkat(folder.fd.get(), owner_name(generation).c_str(), 0) != 0 && errno != ENOENT))
      return;
}

bool refresh(const lease_folder& folder) {
  struct statx found {};
  if (::statx(folder.fd.get(), "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &found) == 0)
    return true;
  return errno == ENOSYS;  // an old kernel, or a filter of system calls: the two looks that follow must do
}

bool is_named(const lease_folder& folder, const std::string& name, int file) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(file, &ours) == 0 &&
         ::fstatat(folder.fd.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

bool is_absent(const lease_folder& folder, const std::string& name) {
  struct stat found {};
  return ::fstatat(folder.fd.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

}  // namespace settle::io

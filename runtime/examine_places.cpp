#include "runtime/examine_places.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

namespace settle {

namespace {

using core::finding;
using core::grade;

/// A journal of a million items has some hundreds of megabytes; their output comes on top.
constexpr std::uint64_t little_space = std::uint64_t{1} << 30;

using reach = file_system_reach;
constexpr std::array<std::pair<std::uint64_t, file_system_kind>, 27> kinds{{
    {0x6969, {"nfs", reach::shared}},          {0x0BD00BD0, {"lustre", reach::shared}},
    {0x47504653, {"gpfs", reach::shared}},     {0x19830326, {"beegfs", reach::shared}},
    {0x00C36400, {"ceph", reach::shared}},     {0xAAD7AAEA, {"panfs", reach::shared}},
    {0x20030528, {"orangefs", reach::shared}}, {0x01161970, {"gfs2", reach::shared}},
    {0x7461636F, {"ocfs2", reach::shared}},    {0x5346414F, {"afs", reach::shared}},
    {0x6B414653, {"afs", reach::shared}},      {0x73757245, {"coda", reach::shared}},
    {0xFF534D42, {"cifs", reach::shared}},     {0xFE534D42, {"smb", reach::shared}},
    {0x517B, {"smb", reach::shared}},          {0xEF53, {"ext4", reach::local}},
    {0x58465342, {"xfs", reach::local}},       {0x9123683E, {"btrfs", reach::local}},
    {0x2FC12FC1, {"zfs", reach::local}},       {0xF2F52010, {"f2fs", reach::local}},
    {0x52654973, {"reiserfs", reach::local}},  {0xCA451A4E, {"bcachefs", reach::local}},
    {0x794C7630, {"overlay", reach::local}},   {0x01021994, {"tmpfs", reach::memory}},
    {0x858458F6, {"ramfs", reach::memory}},    {0x65735546, {"fuse", reach::unknown}},
    {0x01021997, {"9p", reach::unknown}},
}};

/// The folder itself, or the nearest one above it that exists.
std::string nearest_existing(std::string path) {
  struct stat found {};
  while (path.size() > 1 && ::stat(path.c_str(), &found) != 0 && errno != EACCES)
    path = io::folder_of(path);
  return path;
}

/// 0, or why no file can be made there. What it makes is gone at once, even when we are killed in between it is
/// empty. access() does not do: it says yes to root, and on full or read-only network mounts.
int try_to_write(const std::string& folder) {
  std::string name = folder + "/.settle-doctor-XXXXXX";
  const io::unique_fd file(::mkstemp(name.data()));
  if (!file)
    return errno;
  ::unlink(name.c_str());
  std::string_view byte = "\n";
  if (const int error = io::write_whole(file.get(), byte); error != 0)
    return error;
  return ::fsync(file.get()) == 0 || errno == EINVAL ? 0 : errno;
}

finding folder_finding(const std::string& state_dir, const std::string& existing) {
  const char* const remedy = "choose another with --state or $SETTLE_STATE";
  struct stat found {};
  if (::stat(existing.c_str(), &found) != 0)
    return {"state_dir", grade::cannot_work, existing + ": " + io::errno_words(errno), remedy};
  if (!S_ISDIR(found.st_mode))
    return {"state_dir", grade::cannot_work,
            fmt::format("{} cannot be made: {} is no directory", state_dir, existing), remedy};
  if (const int error = try_to_write(existing); error != 0)
    return {"state_dir", grade::cannot_work,
            fmt::format("{} cannot be written: {}", existing, io::errno_words(error)), remedy};
  if (existing != state_dir)
    return {"state_dir", grade::ok,
            state_dir + " is not there yet; it can be made, and only you will see into it", ""};
  const auto mode = static_cast<unsigned>(found.st_mode) & 07777U;
  if (found.st_uid != ::geteuid())
    return {"state_dir", grade::attention,
            fmt::format("{} can be written, but belongs to user {}", state_dir, found.st_uid),
            "use a directory of your own: what runs there is yours"};
  if ((mode & 0077U) != 0)
    return {"state_dir", grade::attention,
            fmt::format("{} can be written; others may look into it (mode {:04o})", state_dir, mode),
            fmt::format("chmod 700 {}", state_dir)};
  return {"state_dir", grade::ok,
          fmt::format("{} can be written and is private (mode {:04o})", state_dir, mode), ""};
}

finding kind_finding(std::uint64_t f_type, bool for_cluster) {
  const auto kind = kind_of_file_system(f_type);
  const std::string name =
      kind.name.empty() ? fmt::format("of an unknown kind ({:#x})", f_type) : std::string(kind.name);
  switch (kind.reach) {
  case reach::memory:
    return {"file_system", grade::attention, name + ": in this machine's memory, runs are gone when it stops",
            "choose a directory on a disk with --state"};
  case reach::local:
    if (for_cluster)
      return {"file_system", grade::attention,
              name +
                  ": on this machine; compute nodes that do not see it cannot write their jobs' output there",
              "choose a directory that the compute nodes share with --state, unless they see this one"};
    return {"file_system", grade::ok, name + ", on this machine", ""};
  case reach::shared:
    return {"file_system", grade::ok, name + ", shared with other machines", ""};
  case reach::unknown:
    break;
  }
  if (for_cluster)
    return {"file_system", grade::attention, name + ": settle cannot tell whether the compute nodes see it",
            "see that they do: the output of jobs goes there unless their tasks name other files"};
  return {"file_system", grade::ok, name, ""};
}

finding space_finding(std::uint64_t bytes) {
  const std::string words = fmt::format("{:.1f} GiB free", static_cast<double>(bytes) / (1U << 30));
  if (bytes < little_space)
    return {"space", grade::attention, words + "; settle stops submitting when it cannot write its journal",
            "make room, or choose another directory with --state"};
  return {"space", grade::ok, words, ""};
}

}  // namespace

file_system_kind kind_of_file_system(std::uint64_t f_type) noexcept {
  const auto* const found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.first == f_type; });
  return found == kinds.end() ? file_system_kind{} : found->second;
}

void add_state_dir_findings(std::vector<core::finding>& to, const std::string& state_dir, bool for_cluster) {
  const std::string existing = nearest_existing(state_dir);
  to.push_back(folder_finding(state_dir, existing));
  struct statfs about {};
  if (to.back().graded == grade::cannot_work || ::statfs(existing.c_str(), &about) != 0)
    return;
  // f_type is signed in the kernel's interface: its upper half must not be sign extended.
  to.push_back(kind_finding(static_cast<std::uint32_t>(about.f_type), for_cluster));
  to.push_back(
      space_finding(static_cast<std::uint64_t>(about.f_bavail) * static_cast<std::uint64_t>(about.f_bsize)));
}

}  // namespace settle

// The files of a lease in their folder: listing, reading, making and removing them, each in the way that network
// file systems keep their word about. Decides nothing, never waits, and never replaces or renames an owner's file.
#pragma once

#include "io/files.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settle::io {

using generation_t = std::uint64_t;

struct lease_folder {
  /// 0 or errno.
  int open(const std::string& path);

  std::string path;
  unique_fd fd;
};

struct lease_listing {
  std::vector<generation_t> generations;  ///< ascending
  std::vector<std::string> temporaries;   ///< what contenders are making, or left when they died
};

/// "owner.12"
std::string owner_name(generation_t);
/// Or errno.
tl::expected<lease_listing, int> list(const lease_folder&);

/// The bytes; of a file that exists but cannot be read, when it was changed; nothing when there is none.
std::optional<std::string> read_owner(const lease_folder&, const std::string& name);

/// Makes the file whole and durable or not at all, and only where there is none: 0, with `file` open for
/// write_over, or errno; EEXIST means that another contender was here.
int link_new(const lease_folder&, const std::string& name, const std::string& nonce, const std::string& text,
             unique_fd& file);

/// In place, durable: 0 or errno. A rename would do what a deposed owner must not: bring a removed name back.
int write_over(int file, const std::string& text);

/// Lower generations and the temporary files. Oldest first, up to the first that cannot be removed: while an
/// owner's file is there, so is the next one, by which that owner knows that it was deposed.
void remove_older(const lease_folder&, generation_t mine);

/// Makes the client of a network file system ask the server what changed in the folder. False: not to be known.
bool refresh(const lease_folder&);
/// Is `name` this very file?
bool is_named(const lease_folder&, const std::string& name, int file);
/// False also where it is not to be known.
bool is_absent(const lease_folder&, const std::string& name);

}  // namespace settle::io

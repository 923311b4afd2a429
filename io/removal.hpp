// A folder with all that is in it: how much that is, and its removal. Never follows a symbolic link, removes what the
// links are and not what they lead to, and bears with others who remove the same meanwhile. Blocking.
#pragma once

#include <cstdint>
#include <string>

namespace settle::io {

struct tree_size {
  std::uint64_t files = 0;  ///< everything but folders
  std::uint64_t bytes = 0;  ///< of the regular files among them, as they say themselves
  tree_size& operator+=(const tree_size& other) {
    files += other.files;
    bytes += other.bytes;
    return *this;
  }
};

/// Of a file or folder; nothing of what is not there or cannot be read.
tree_size size_of_tree(const std::string& path);

struct removal {
  tree_size gone;
  std::string trouble;  ///< what could not be removed first, and why; empty: all of it is gone
};

/// Goes on with the rest where something cannot be removed. What is not there is removed.
removal remove_tree(const std::string& path);

}  // namespace settle::io

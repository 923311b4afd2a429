#include "io/removal.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace settle::io {

namespace {

struct entry {
  std::string name;
  struct stat facts {};
};

/// Goes through a tree by open folders, so that no name is looked up twice: whoever puts a link in a folder's place
/// meanwhile leads nobody elsewhere.
class walk {
public:
  explicit walk(bool removes) : removes_(removes) {}

  void visit(int folder, const std::string& name, const std::string& path) {
    entry it{name, {}};
    if (::fstatat(folder, name.c_str(), &it.facts, AT_SYMLINK_NOFOLLOW) != 0)
      return failed("read", path, errno);
    visit(folder, it, path);
  }

  removal take() { return std::move(found_); }

private:
  void visit(int folder, const entry& it, const std::string& path) {
    const bool is_folder = S_ISDIR(it.facts.st_mode);
    if (is_folder)
      enter(folder, it.name, path);
    if (removes_ && ::unlinkat(folder, it.name.c_str(), is_folder ? AT_REMOVEDIR : 0) != 0)
      return failed("remove", path, errno);
    if (is_folder)
      return;
    ++found_.gone.files;
    if (S_ISREG(it.facts.st_mode))
      found_.gone.bytes += static_cast<std::uint64_t>(it.facts.st_size);
  }

  void enter(int folder, const std::string& name, const std::string& path) {
    unique_fd opened(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened)
      return failed("open", path, errno);
    for (const entry& it : entries(opened.get(), path))
      visit(opened.get(), it, path + "/" + it.name);
  }

  /// All of them at once: to remove while one lists loses some on several file systems.
  std::vector<entry> entries(int folder, const std::string& path) {
    std::vector<entry> found;
    const int again = ::fcntl(folder, F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> list(again < 0 ? nullptr : ::fdopendir(again), ::closedir);
    if (!list) {
      failed("list", path, errno);
      if (again >= 0)
        ::close(again);
      return found;
    }
    for (errno = 0; const dirent* at = ::readdir(list.get()); errno = 0) {
      entry it{at->d_name, {}};
      if (it.name == "." || it.name == "..")
        continue;
      if (::fstatat(folder, at->d_name, &it.facts, AT_SYMLINK_NOFOLLOW) == 0)
        found.push_back(std::move(it));
    }
    return found;
  }

  void failed(const char* what, const std::string& path, int error) {
    if (error != ENOENT && found_.trouble.empty())
      found_.trouble = std::string("cannot ") + what + " " + path + ": " + errno_words(error);
  }

  bool removes_;
  removal found_;
};

}  // namespace

tree_size size_of_tree(const std::string& path) {
  walk all(false);
  all.visit(AT_FDCWD, path, path);
  return all.take().gone;
}

removal remove_tree(const std::string& path) {
  walk all(true);
  all.visit(AT_FDCWD, path, path);
  return all.take();
}

}  // namespace settle::io

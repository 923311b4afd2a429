#include "runtime/places.hpp"

#include "io/files.hpp"
#include "runtime/settle.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

namespace settle {

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

bool is_on_path(const std::string& program) {
  auto path = variable("PATH");
  for (std::size_t at = 0; at <= path.size();) {
    auto end = std::min(path.find(':', at), path.size());
    auto candidate = path.substr(at, end - at) + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0)
      return true;
    at = end + 1;
  }
  return false;
}

std::string home_dir() {
  if (auto home = variable("HOME"); !home.empty())
    return home;
  if (const auto* entry = ::getpwuid(::geteuid()); entry && entry->pw_dir)
    return entry->pw_dir;
  return "/";
}

std::string current_dir() {
  std::error_code error;
  auto path = std::filesystem::current_path(error);
  return error ? "/" : path.string();
}

std::string absolute(const std::string& path) {
  return path.empty() || path.front() == '/' ? path : current_dir() + "/" + path;
}

io::result<void> make_private_folder(const std::string& path) {
  if (int error = io::make_folders_above(path + "/", 0700, io::sync_new::no); error != 0)
    return io::fail(io::errc::storage, "cannot make the state directory " + path + ": " +
                                           io::errno_words(error) + " (choose another with --state)");
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return io::fail(io::errc::storage, "cannot write the state directory " + path + ": " +
                                           io::errno_words(errno) + " (choose another with --state)");
  return {};
}

std::string default_state_dir() {
  if (auto own = variable("SETTLE_STATE"); !own.empty())
    return own;
  if (auto base = variable("XDG_STATE_HOME"); !base.empty())
    return base + "/settle";
  return home_dir() + "/.local/state/settle";
}

std::string inbox_of(const std::string& state_dir) {
  return state_dir + "/inbox";
}

std::string outbox_of(const std::string& state_dir) {
  return state_dir + "/outbox";
}

std::string run_folder(const std::string& state_dir, const std::string& run) {
  return state_dir + "/runs/" + run;
}

}  // namespace settle

#include "runtime/prune_debris.hpp"

#include "actors/core/limits.hpp"
#include "actors/translate/request_json.hpp"
#include "runtime/settle.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <sys/stat.h>

namespace settle {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A folder or a regular file that nobody has changed for a day.
bool is_stale(const std::string& path, mode_t kind, core::duration now) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IFMT) == kind &&
         now - std::chrono::seconds(facts.st_mtim.tv_sec) >= core::limits::debris_kept;
}

/// ".RUN.UNIQUE.json.PID": a letter that was never finished.
bool is_unfinished_letter(std::string_view name) {
  const auto end = name.rfind('.');
  return name.starts_with('.') && end > 0 && !actors::run_of_letter(name.substr(1, end - 1)).empty();
}

/// The folder that left_run makes.
bool is_hidden_run(std::string_view name) {
  constexpr std::string_view prefix = "new-run-";
  constexpr std::size_t chance = 6;
  return name.starts_with(prefix) && name.size() == prefix.size() + chance;
}

}  // namespace

std::string trash_of(const std::string& state_dir) {
  return state_dir + "/trash";
}

std::vector<std::string> trash_in(const std::string& state_dir) {
  std::vector<std::string> paths;
  struct stat facts {};
  const std::string trash = trash_of(state_dir);
  if (::lstat(trash.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode))
    for (const auto& name : names_in(trash))
      paths.push_back(trash + "/" + name);
  return paths;
}

std::vector<std::string> stale_in(const std::string& state_dir, const std::vector<std::string>& runs,
                                  core::duration now) {
  std::vector<std::string> paths;
  const auto add = [&](std::string path, mode_t kind) {
    if (is_stale(path, kind, now))
      paths.push_back(std::move(path));
  };
  for (const auto& name : names_in(state_dir))
    if (is_hidden_run(name))
      add(state_dir + "/" + name, S_IFDIR);
  for (const std::string& folder : {inbox_of(state_dir), outbox_of(state_dir)})
    for (const auto& name : names_in(folder)) {
      const std::string run(actors::run_of_letter(name));
      const bool nobodys =
          folder != inbox_of(state_dir) || !std::binary_search(runs.begin(), runs.end(), run);
      if (name.starts_with('.') ? is_unfinished_letter(name) : !run.empty() && nobodys)
        add(folder + "/" + name, S_IFREG);
    }
  return paths;
}

}  // namespace settle

#include "runtime/prune_choice.hpp"

#include "actors/core/limits.hpp"
#include "io/journal.hpp"
#include "io/lease.hpp"
#include "runtime/import_run.hpp"
#include "runtime/late.hpp"
#include "runtime/list.hpp"
#include "runtime/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace settle {

namespace fs = std::filesystem;

namespace {

prune_choice stays(kept why, std::string words) {
  prune_choice out;
  out.why = why;
  out.words = std::move(words);
  return out;
}

bool has_whole_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) && !file.eof();
}

/// When something in the folder was last made or removed, by the wall clock; none: there is no folder.
std::optional<core::duration> changed_at(const std::string& folder, bool& link) {
  struct stat facts {};
  if (::lstat(folder.c_str(), &facts) != 0)
    return std::nullopt;
  link = S_ISLNK(facts.st_mode);
  return std::chrono::seconds(facts.st_mtim.tv_sec);
}

/// Its journal tells of nothing and no task has left a word: whoever was about to begin it was killed. What is submitted is in the
/// journal before, so that nothing was.
bool never_began(const std::string& folder) {
  std::error_code code;
  const bool silent = !fs::exists(folder + "/logs", code) || fs::is_empty(folder + "/logs", code);
  return !code && silent && !has_whole_line(io::journal_in(folder)) && !is_imported(folder);
}

std::optional<prune_choice> held(const std::string& run, const std::string& folder) {
  const auto owner = io::holder(folder);
  if (!owner)
    return std::nullopt;
  return stays(kept::held, fmt::format("run {} is held by process {} on {}", run, owner->pid, owner->host));
}

/// What it is; `why` unreadable where that cannot be known, unfinished where it is not over.
prune_choice look_at(const std::string& state_dir, const std::string& run, std::optional<listed_run>& found) {
  const std::string folder = run_folder(state_dir, run);
  auto read = read_listed(state_dir, run);
  if (!read)
    return stays(kept::unreadable, "run " + run + " is left alone: " + read.error().words);
  prune_choice out;
  out.vanished = !*read;
  if (out.vanished)
    return out;
  found = std::move(*read);
  if (!found->summary.finished() || !found->ended_at)
    return stays(
        kept::unfinished,
        fmt::format("run {} is not finished: only what is over is removed (`settle cancel {}` ends it)", run,
                    run));
  out.run = {run, found->summary.title, found->summary.status, found->summary.tally.total()};
  return out;
}

std::string words_of_link(const std::string& run, const std::string& folder) {
  return fmt::format("run {} is left alone: {} is a symbolic link", run, folder);
}

bool still_asked_about(const std::string& state_dir, const std::string& run, const listed_run& found,
                       core::duration now) {
  const bool ended_lately = found.summary.tally.unconfirmed != 0 && found.backend == "slurm" &&
                            now - *found.ended_at < core::limits::late_accounting;
  return ended_lately || worth_asking_late(state_dir, run, found);
}

}  // namespace

prune_choice choose_old(const std::string& state_dir, const std::string& run, const prune_options& how,
                        core::duration now) {
  const std::string folder = run_folder(state_dir, run);
  bool link = false;
  const auto changed = changed_at(folder, link);
  if (link)
    return stays(kept::link, words_of_link(run, folder));
  if (changed && never_began(folder)) {
    if (auto by = held(run, folder))
      return *by;
    if (now - *changed < std::max<core::duration>(how.older_than, core::limits::debris_kept))
      return stays(kept::young, "");
    prune_choice out;
    out.run.run = run;
    return out;
  }
  std::optional<listed_run> found;
  auto out = look_at(state_dir, run, found);
  if (out.why || out.vanished)
    return out;
  if (auto by = held(run, folder))
    return *by;
  if (is_imported(folder))
    return stays(kept::imported, "");
  if (now - *found->ended_at < how.older_than)
    return stays(kept::young, "");
  if (still_asked_about(state_dir, run, *found, now))
    return stays(kept::asked_about, "");
  return out;
}

prune_choice choose_named(const std::string& state_dir, const std::string& run) {
  const std::string folder = run_folder(state_dir, run);
  bool link = false;
  changed_at(folder, link);
  if (link)
    return stays(kept::link, words_of_link(run, folder));
  std::optional<listed_run> found;
  auto out = look_at(state_dir, run, found);
  if (out.why)
    return out;
  if (out.vanished)
    return stays(kept::unfinished, "run " + run + " is being made, or is gone");
  if (auto by = held(run, folder))
    if (!io::lease::acquire(folder, {}))  // from another machine one look does not tell
      return *by;
  return out;
}

}  // namespace settle

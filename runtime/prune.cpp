#include "runtime/prune.hpp"

#include "io/files.hpp"
#include "io/lease_owner.hpp"
#include "runtime/list.hpp"
#include "runtime/prune_choice.hpp"
#include "runtime/prune_debris.hpp"
#include "runtime/settle.hpp"
#include "runtime/show.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace settle {

namespace {

tl::unexpected<io::error> cannot(const std::string& what, int error) {
  return io::fail(io::errc::storage, "cannot " + what + ": " + io::errno_words(error));
}

/// Out of sight first, one rename each; gone for good once that is durable.
class pruning {
public:
  pruning(std::string state_dir, const prune_options& how, core::duration now)
      : state_(std::move(state_dir)), how_(how), now_(now) {}

  io::result<prune_report> run() {
    auto choices = choose_runs(state_, how_, now_);
    if (!choices)
      return tl::unexpected(choices.error());
    report_.removed = std::move(choices->chosen);
    report_.stayed = choices->stayed;
    report_.troubles = std::move(choices->troubles);
    staying_ = std::move(choices->staying);
    if (auto swept = sweep_trash(); !swept)
      return tl::unexpected(swept.error());
    if (auto moved = move_to_trash(); !moved)
      return tl::unexpected(moved.error());
    for (std::size_t i = 0; i < moved_.size(); ++i)
      remove(report_.removed[i], moved_[i]);
    if (how_.runs.empty())
      sweep(stale_in(state_, staying_, now_));
    if (!how_.dry_run)
      ::rmdir(trash_of(state_).c_str());  // left where something is still in it
    return std::move(report_);
  }

private:
  io::result<void> move_to_trash() {
    if (how_.dry_run) {
      for (const pruned_run& run : report_.removed)
        moved_.push_back(run_folder(state_, run.run));
      return {};
    }
    const std::string trash = trash_of(state_), mark = "." + io::this_process().nonce;
    if (!report_.removed.empty())
      if (const int error = make(trash))
        return cannot("make " + trash, error);
    std::vector<pruned_run> gone;
    for (pruned_run& run : std::exchange(report_.removed, {})) {
      const std::string from = run_folder(state_, run.run), to = trash + "/" + run.run + mark;
      if (std::rename(from.c_str(), to.c_str()) == 0) {
        gone.push_back(std::move(run));
        moved_.push_back(to);
      } else if (errno != ENOENT) {  // else somebody else removed it
        report_.troubles.push_back("run " + run.run + " cannot be removed: " + io::errno_words(errno));
        staying_.push_back(run.run);
      }
    }
    report_.removed = std::move(gone);
    std::sort(staying_.begin(), staying_.end());
    return moved_.empty() ? io::result<void>{} : make_durable(trash);
  }

  /// Before the first file goes: a power failure must not bring half a run back.
  io::result<void> make_durable(const std::string& trash) {
    for (const std::string& folder : {trash, state_ + "/runs"})
      if (const int error = io::sync_folder(folder))
        return cannot("sync " + folder, error);
    return {};
  }

  /// Of one that was killed, or is at work beside this one and has not come to make it durable.
  io::result<void> sweep_trash() {
    const auto left = trash_in(state_);
    if (!left.empty() && !how_.dry_run)
      if (auto durable = make_durable(trash_of(state_)); !durable)
        return durable;
    sweep(left);
    return {};
  }

  static int make(const std::string& folder) {
    struct stat facts {};
    if (::mkdir(folder.c_str(), 0700) == 0)
      return 0;
    const int error = errno;
    return error == EEXIST && ::lstat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) ? 0 : error;
  }

  void remove(pruned_run& run, const std::string& path) { run.bytes = take(path).bytes; }

  void sweep(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
      report_.swept += take(path);
  }

  io::tree_size take(const std::string& path) {
    if (how_.dry_run)
      return io::size_of_tree(path);
    auto done = io::remove_tree(path);
    if (!done.trouble.empty())
      report_.troubles.push_back(done.trouble + "; the next `settle prune` tries again");
    return done.gone;
  }

  std::string state_;
  const prune_options& how_;
  core::duration now_;
  prune_report report_;
  std::vector<std::string> staying_;  ///< runs, sorted
  std::vector<std::string> moved_;    ///< where what is removed is now
};

}  // namespace

io::result<prune_report> prune(const std::string& state_dir, const prune_options& how, core::duration now) {
  return pruning(state_dir, how, now).run();
}

}  // namespace settle

// Which runs of a state directory may go, or be made smaller.
#include "runtime/list.hpp"
#include "runtime/prune_choice.hpp"
#include "runtime/show.hpp"

#include <set>
#include <utility>

namespace settle {

namespace {

io::result<prune_choices> choose_all_old(const std::string& state_dir, const prune_options& how,
                                         core::duration now) {
  const auto names = run_folders(state_dir);
  if (!names)
    return tl::unexpected(names.error());
  prune_choices out;
  for (const std::string& name : *names) {
    auto choice = choose_old(state_dir, name, how, now);
    if (choice.why || choice.vanished)
      out.staying.push_back(name);
    if (choice.why)
      ++out.stayed[static_cast<std::size_t>(*choice.why)];
    if (choice.why == kept::unreadable)
      out.troubles.push_back(std::move(choice.words));
    if (!choice.why && !choice.vanished)
      out.chosen.push_back(std::move(choice.run));
  }
  return out;
}

io::result<prune_choices> choose_all_named(const std::string& state_dir, const prune_options& how) {
  std::set<std::string> runs;
  for (const std::string& name : how.runs) {
    const auto run = find_run(state_dir, name);
    if (!run)
      return tl::unexpected(run.error());
    runs.insert(*run);
  }
  prune_choices out;
  for (const std::string& run : runs) {
    auto choice = choose_named(state_dir, run);
    if (choice.why)
      return io::fail(choice.why == kept::unreadable ? io::errc::storage : io::errc::bad_input,
                      choice.words + (runs.size() > 1 ? "; nothing was done" : ""));
    out.chosen.push_back(std::move(choice.run));
  }
  return out;
}

}  // namespace

io::result<prune_choices> choose_runs(const std::string& state_dir, const prune_options& how,
                                      core::duration now) {
  return how.runs.empty() ? choose_all_old(state_dir, how, now) : choose_all_named(state_dir, how);
}

}  // namespace settle

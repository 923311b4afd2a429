#include "runtime/earlier_retries.hpp"

#include "runtime/journal_head.hpp"
#include "runtime/list.hpp"
#include "runtime/settle.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace settle {

namespace {

/// The run with which a chain of retries began.
const std::string& beginning_of(const actors::run_facts& run) {
  return !run.earlier.empty() ? run.earlier.front() : !run.retry_of.empty() ? run.retry_of : run.id;
}

struct relative {
  std::string run;
  bool since = false;  ///< a retry of the run itself, or of one of those; or begun after it
};

bool comes_from(const actors::run_facts& run, const std::string& ancestor) {
  return run.retry_of == ancestor ||
         std::find(run.earlier.begin(), run.earlier.end(), ancestor) != run.earlier.end();
}

/// The other runs of its family, the newest first.
io::result<std::vector<relative>> relatives_of(const std::string& state_dir, const actors::run_facts& run) {
  const auto names = run_folders(state_dir);
  if (!names)
    return tl::unexpected(names.error());
  std::vector<relative> found;
  for (auto name = names->rbegin(); name != names->rend(); ++name) {
    if (*name == run.id)
      continue;
    const auto head = read_journal_head(run_folder(state_dir, *name));
    if (!head || beginning_of(head->facts) != beginning_of(run))
      continue;
    found.push_back({*name, comes_from(head->facts, run.id) || head->facts.created_at > run.created_at});
  }
  return found;
}

struct seen {
  std::size_t count = 0;
  std::string first;
  void add(const std::string& id) {
    if (count++ == 0)
      first = id;
  }
  std::string words() const {
    return "\"" + first + "\"" + (count == 1 ? "" : fmt::format(" and {} more", count - 1));
  }
};

std::string why_not_beside(const shown_run& other, bool since, const core::run& items,
                           const std::vector<bool>& taken) {
  seen completed, under_way;
  for (const shown_item& it : other.items) {
    const auto index = items.tasks().find(it.id);
    if (!index || !taken[*index])
      continue;
    if (it.last.status == core::item_status::completed && since)
      completed.add(it.id);
    else if (!core::is_terminal(it.last.status))
      under_way.add(it.id);
  }
  if (under_way.count != 0)
    return fmt::format("{} {} under way in run {}: wait for it or cancel it, or --again runs {} all the same",
                       under_way.words(), under_way.count == 1 ? "is" : "are", other.id,
                       under_way.count == 1 ? "it" : "them");
  if (completed.count != 0)
    return fmt::format(
        "{} completed in run {} since: `settle retry {}` goes on from there, or --again runs {} "
        "once more",
        completed.words(), other.id, other.id, completed.count == 1 ? "it" : "them");
  return {};
}

}  // namespace

io::result<std::string> why_not_again(const std::string& state_dir, const actors::run_book& from,
                                      const std::vector<bool>& taken) {
  const auto others = relatives_of(state_dir, from.facts());
  if (!others)
    return tl::unexpected(others.error());
  for (const auto& [run, since] : *others) {
    const auto shown = read_run(state_dir, run, "");
    if (!shown)
      return io::fail(io::errc::storage, "run " + run +
                                             " retried these items, and what it did cannot be read: " +
                                             shown.error().words + " (--again does not ask)");
    if (auto words = why_not_beside(*shown, since, from.run(), taken); !words.empty())
      return words;
  }
  return std::string{};
}

}  // namespace settle

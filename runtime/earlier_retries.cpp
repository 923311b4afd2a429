#include "runtime/earlier_retries.hpp"

#include "runtime/journal_head.hpp"
#include "runtime/list.hpp"
#include "runtime/settle.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace settle {

namespace {

/// The part of an id that tells when its run was made.
constexpr std::size_t time_digits = 7;

/// Retries of it, and of those.
io::result<std::set<std::string>> retries_of(const std::string& state_dir, const std::string& run) {
  const auto names = run_folders(state_dir);
  if (!names)
    return tl::unexpected(names.error());
  std::vector<std::pair<std::string, std::string>> retries;  // each with what it retries
  for (const std::string& name : *names) {
    if (std::string_view(name).substr(0, time_digits) < std::string_view(run).substr(0, time_digits))
      continue;
    if (const auto head = read_journal_head(run_folder(state_dir, name)); head && !head->facts.retry_of.empty())
      retries.emplace_back(name, head->facts.retry_of);
  }
  std::set<std::string> found{run};
  for (std::size_t before = 0; before != found.size();) {
    before = found.size();
    for (const auto& [name, of] : retries)
      if (found.count(of) != 0)
        found.insert(name);
  }
  found.erase(run);
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

std::string why_not_after(const shown_run& retry, const core::run& items, const std::vector<bool>& taken) {
  seen completed, under_way;
  for (const shown_item& it : retry.items) {
    const auto index = items.tasks().find(it.id);
    if (!index || !taken[*index])
      continue;
    if (it.last.status == core::item_status::completed)
      completed.add(it.id);
    else if (!core::is_terminal(it.last.status))
      under_way.add(it.id);
  }
  if (under_way.count != 0)
    return fmt::format("{} {} under way in run {}, a retry of this one: wait for it or cancel it, or --again "
                       "runs {} all the same",
                       under_way.words(), under_way.count == 1 ? "is" : "are", retry.id,
                       under_way.count == 1 ? "it" : "them");
  if (completed.count != 0)
    return fmt::format("{} completed in run {}, a retry of this one: `settle retry {}` goes on from there, or "
                       "--again runs {} once more",
                       completed.words(), retry.id, retry.id, completed.count == 1 ? "it" : "them");
  return {};
}

}  // namespace

io::result<std::string> why_not_again(const std::string& state_dir, const std::string& run,
                                      const core::run& items, const std::vector<bool>& taken) {
  const auto retries = retries_of(state_dir, run);
  if (!retries)
    return tl::unexpected(retries.error());
  for (auto retry = retries->rbegin(); retry != retries->rend(); ++retry) {  // the newest first
    const auto shown = read_run(state_dir, *retry, "");
    if (!shown)
      return io::fail(io::errc::storage,
                      "run " + *retry + " is a retry of this one, and what it did cannot be read: " +
                          shown.error().words + " (--again does not ask)");
    if (auto words = why_not_after(*shown, items, taken); !words.empty())
      return words;
  }
  return std::string{};
}

}  // namespace settle

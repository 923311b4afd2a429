#include "runtime/cli/loss_table.hpp"

#include "runtime/cli/outcome_text.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/cli/text_table.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace settle::cli {

namespace {

using core::stream_event;

constexpr std::size_t words_max = 60;  // columns; the log file and `settle show RUN ITEM` have the rest

/// The log files of these items, by id. Documents are read again: the reporter keeps no tasks.
std::map<std::string_view, std::string> log_files(const std::string& folder,
                                                  const std::vector<stream_event>& rows) {
  std::map<std::string_view, std::string> logs;
  for (const stream_event& e : rows)
    if (e.attempt > 0)  // what never was submitted has none
      logs.emplace(e.item, "");
  std::vector<std::string> unread;
  std::size_t index = 0;
  const auto documents = read_documents(folder, unread);
  if (!documents)
    return logs;
  for (const auto& document : *documents)
    for (const tasks::task& task : document->tasks) {
      if (const auto it = logs.find(task.id); it != logs.end())
        it->second = log_file(folder, index, task);
      ++index;
    }
  return logs;
}

/// As exit_in_words, without the signal's name: the column stays narrow.
std::string short_exit(const stream_event& e) {
  const std::string words = exit_in_words(e);
  return words.substr(0, words.find(" ("));
}

std::string below(const std::string& folder, const std::string& path) {
  return path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : path;
}

}  // namespace

std::string loss_table(const losses& lost, const std::string& run, const std::string& folder,
                       std::size_t width) {
  const std::vector<stream_event> rows = lost.rows();
  if (rows.empty())
    return {};
  const auto logs = log_files(folder, rows);
  std::vector<std::vector<std::string>> cells{{"ITEM", "STATE", "CAUSE", "EXIT", "WORDS", "LOG"}};
  bool some_log = false;
  for (const stream_event& e : rows) {
    const auto log = logs.find(e.item);
    const std::string path = log == logs.end() ? "" : below(folder + "/logs", log->second);
    some_log = some_log || !path.empty();
    cells.push_back({printable(e.item), state_in_words(e),
                     e.why == core::cause::none ? "" : std::string(core::to_text(e.why)), short_exit(e),
                     fit(printable(e.error.empty() ? e.warning : e.error), words_max), printable(path)});
  }
  std::string text = text_table(cells, width, {0, 4});
  if (lost.count() > rows.size())
    text += fmt::format("and {} more: settle show {}\n", lost.count() - rows.size(), run);
  if (some_log)
    text += fmt::format("logs are in {}/logs\n", printable(folder));
  return text;
}

}  // namespace settle::cli

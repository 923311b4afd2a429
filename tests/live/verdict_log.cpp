#include "tests/live/verdict_log.hpp"

#include "tests/live/event_line.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace settle::live {

void verdict_log::note(const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    const auto e = read_event(line);
    if (e.kind != "item" || (e.status != "completed" && e.status != "failed"))
      continue;
    const auto [known, fresh] = verdicts_.try_emplace(e.item, e.status);
    INFO(e.item);
    if (!fresh)
      CHECK(known->second == e.status);
  }
}

std::string verdict_log::of(const std::string& item) const {
  const auto found = verdicts_.find(item);
  return found == verdicts_.end() ? std::string() : found->second;
}

bool verdict_log::agrees_with(const verdict_log& other) const {
  return std::all_of(other.verdicts_.begin(), other.verdicts_.end(),
                     [this](const auto& each) { return of(each.first) == each.second; });
}

std::vector<std::string> item_lines_of_journals(const std::string& runs) {
  std::vector<std::string> lines;
  for (const auto& run : std::filesystem::directory_iterator(runs)) {
    std::ifstream journal(run.path() / "journal.ndjson");
    for (std::string line; std::getline(journal, line);)
      if (line.find("\"event\":\"item\"") != std::string::npos)
        lines.push_back(line);
  }
  return lines;
}

}  // namespace settle::live

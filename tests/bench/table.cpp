#include "tests/bench/table.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <istream>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace settle::bench {

namespace {

struct cells {
  std::vector<std::pair<std::string, std::string>> rows;  ///< scenario and phase, as they came
  std::map<std::pair<std::string, std::string>, std::map<std::uint64_t, std::string>> of;
  std::set<std::uint64_t> sizes;

  void put(std::pair<std::string, std::string> row, std::uint64_t items, std::string text) {
    if (std::find(rows.begin(), rows.end(), row) == rows.end())
      rows.push_back(row);
    of[row][items] = std::move(text);
    sizes.insert(items);
  }
};

std::string thousands(std::uint64_t n) {
  return n % 1'000'000 == 0 ? fmt::format("{}M", n / 1'000'000) : fmt::format("{}k", n / 1'000);
}

/// What belongs to all phases of one scenario with one N.
struct whole {
  double cpu = 0;
  double peak = 0;
  int phases = 0;
  bool done = true;
};

}  // namespace

std::string table_of(std::istream& lines) {
  cells table;
  std::map<std::pair<std::string, std::uint64_t>, whole> wholes;
  std::vector<std::string> scenarios;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(lines, line);) {
    simdjson::dom::element e;
    if (parser.parse(line).get(e) != simdjson::SUCCESS)
      continue;
    const std::string scenario{std::string_view(e["scenario"])}, phase{std::string_view(e["phase"])};
    const std::uint64_t items = e["items"];
    const double cpu = e["cpu_s"];
    auto& all = wholes[{scenario, items}];
    all.cpu += cpu;
    ++all.phases;
    all.peak = double(e["peak_mb"]);
    all.done = all.done && bool(e["done"]);
    if (std::find(scenarios.begin(), scenarios.end(), scenario) == scenarios.end())
      scenarios.push_back(scenario);
    const std::uint64_t squeue = e["squeue"], sacct = e["sacct"], sbatch = e["sbatch"];
    const auto calls = squeue + sacct + sbatch == 0 ? "" : fmt::format(" ({}/{}/{})", squeue, sacct, sbatch);
    std::uint64_t cycles = 0;
    const auto counted = e["cycles"].get(cycles) == simdjson::SUCCESS
                             ? fmt::format(" {} cycle{}", cycles, cycles == 1 ? "" : "s")
                             : "";
    table.put({scenario, phase}, items, fmt::format("{:.3f}{}{}", cpu, calls, counted));
  }
  for (const auto& [key, all] : wholes) {
    if (all.phases > 1)
      table.put({key.first, "in all"}, key.second,
                fmt::format("{:.2f}{}", all.cpu, all.done ? "" : " FAILED"));
    table.put({key.first, "peak MB"}, key.second, fmt::format("{:.0f}", all.peak));
  }
  std::string out = "| scenario | phase |";
  std::string rule = "|---|---|";
  for (const auto n : table.sizes) {
    out += ' ' + thousands(n) + " |";
    rule += "---|";
  }
  out += '\n' + rule + '\n';
  for (const auto& scenario : scenarios)
    for (const auto& row : table.rows)
      if (row.first == scenario) {
        out += "| " + row.first + " | " + row.second + " |";
        for (const auto n : table.sizes)
          out += ' ' + table.of[row][n] + " |";
        out += '\n';
      }
  return out;
}

}  // namespace settle::bench

// settle_bench SCENARIO N: plays it and prints what each phase has cost as lines of JSON.
// settle_bench --scenarios: their names. settle_bench --table: such lines from stdin as a Markdown table.
#include "tests/bench/scenarios.hpp"
#include "tests/bench/table.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include <unistd.h>

using namespace settle::bench;

namespace {

void print(const scenario& what, unsigned long long items, const scenario_cost& cost) {
  for (const auto& p : cost.phases)
    std::printf(
        R"({"scenario":"%s","items":%llu,"phase":"%s","cpu_s":%.4f,"resident_mb":%.0f,"peak_mb":%.0f,)"
        R"("squeue":%llu,"sacct":%llu,"sbatch":%llu,"cycles":%s,"done":%s})"
        "\n",
        what.name, items, p.phase.c_str(), p.cpu_seconds, p.resident_megabytes, cost.peak_megabytes,
        static_cast<unsigned long long>(p.squeue), static_cast<unsigned long long>(p.sacct),
        static_cast<unsigned long long>(p.sbatch), p.cycles ? std::to_string(*p.cycles).c_str() : "null",
        cost.done ? "true" : "false");
}

int play(const scenario& what, unsigned long long items) {
  auto folder = (std::filesystem::temp_directory_path() / "settle-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return 1;
  const auto cost = what.play({folder, SETTLE_BENCH_FAKES, SETTLE_PROGRAM}, items);
  print(what, items, cost);
  std::filesystem::remove_all(folder);
  if (!cost.done)
    std::fprintf(stderr, "bench: %s with %llu did not come to its end\n", what.name, items);
  return cost.done ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  if (wanted == "--table") {
    std::cout << table_of(std::cin);
    return 0;
  }
  for (const auto& s : scenarios()) {
    if (wanted == "--scenarios")
      std::puts(s.name);
    else if (wanted == s.name && argc == 3)
      return play(s, std::strtoull(argv[2], nullptr, 10));
  }
  return wanted == "--scenarios" ? 0 : 2;
}

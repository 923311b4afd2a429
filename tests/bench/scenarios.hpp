// What is measured: each scenario plays one run of N items in a process of its own and says what each phase has cost.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settle::bench {

struct phase_cost {
  std::string phase;
  double cpu_seconds = 0;
  double resident_megabytes = 0;  ///< at its end
  std::uint64_t squeue = 0, sacct = 0, sbatch = 0;
  std::optional<std::uint64_t> cycles{};  ///< until what is waited for was told, where that is what is asked
};

struct scenario_cost {
  std::vector<phase_cost> phases;
  double peak_megabytes = 0;
  bool done = false;  ///< every item came to its verdict
};

struct place {
  std::string folder;  ///< empty, and nobody else's
  std::string fakes;   ///< where the fake commands are
  std::string settle;  ///< the program
};

struct scenario {
  const char* name;
  const char* words;
  scenario_cost (*play)(const place&, std::uint64_t items);
};
const std::vector<scenario>& scenarios();

}  // namespace settle::bench

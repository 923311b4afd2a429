// What a scenario has cost, phase by phase, and the steps that most of them begin with.
#pragma once

#include "tests/bench/cost.hpp"
#include "tests/bench/scenarios.hpp"
#include "tests/bench/stage.hpp"

#include <cstdint>
#include <string>

namespace settle::bench {

/// Notes what passes between two of its calls.
class meter {
public:
  explicit meter(stage& s) : stage_(s) {}
  /// Ends when the process is at rest.
  void phase(const std::string& name, double divided_by = 1);
  /// What is under way counts for the next one.
  void phase_so_far(const std::string& name, double divided_by = 1);
  /// The phase that ended last took so many.
  void cycles(std::uint64_t n) { cost_.phases.back().cycles = n; }
  /// Done is it where the stage's run `run` of so many items is.
  scenario_cost take(std::uint64_t items, std::size_t run = 0);

private:
  stage& stage_;
  double cpu_ = cpu_seconds();
  calls_made calls_;
  scenario_cost cost_;
};

/// Tasks alike, called "NAME 0" and so on, and one more that gathers; where that is. Written by another process: what it
/// costs is none of ours.
std::string write_document(const place& where, std::uint64_t items, bool gather = false,
                           const std::string& name = "item");

void submit(stage&, meter&, const std::string& document, std::uint64_t items);
void all_run(stage&, meter&, moment& now, std::uint64_t items);

}  // namespace settle::bench

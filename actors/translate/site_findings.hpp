// What a Slurm cluster said of itself, judged: facts in the rules' own terms, and findings in words for people. Pure;
// it asks nobody. The words promise only what settle does.
#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/site.hpp"
#include "actors/core/skew.hpp"
#include "io/result.hpp"
#include "io/slurm/site.hpp"

#include <optional>
#include <string>
#include <vector>

namespace settle::actors {

/// What the questions to a cluster brought. What was not asked, because an earlier answer made it pointless, is absent.
struct site_answers {
  io::result<slurm::version> client = io::fail(io::errc::unavailable, "sbatch was not asked");
  std::optional<io::result<core::duration>> listing;  ///< its latency, or why there is none
  std::vector<slurm::controller_host> pinged;         ///< asked where there was no listing
  std::optional<io::result<slurm::configuration>> config;
  std::optional<io::result<std::string>> federation;  ///< its name; empty: none
  std::optional<std::uint64_t> backlog;               ///< slurmctld's queue to slurmdbd
  std::optional<io::result<core::duration>> accounting;
  bool accounting_disabled = false;  ///< sacct said so
  std::optional<core::clock_skew> clock;
};

core::site_facts facts_of(const site_answers&);
/// In the order in which they are best read. `rules` are those that settle would run with.
std::vector<core::finding> findings_of(const site_answers&, const core::policy& rules);
/// Those about what the configuration limits; part of findings_of.
void add_limit_findings(std::vector<core::finding>& to, const slurm::configuration&,
                        const core::policy& rules);

/// Why settle takes no run here, by the answer to one question; empty: nothing is known against it.
std::string refusal_of(const io::result<std::string>& federation);

/// "2s", "1.5s", "12ms": short, and exact enough for people.
std::string time_words(core::duration);

}  // namespace settle::actors

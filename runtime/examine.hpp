// What settle would find here if it ran now: the backend, the state directory, the commands. It looks only: nothing
// is submitted, and no file is left behind.
#pragma once

#include "actors/core/site.hpp"
#include "runtime/settle.hpp"

#include <string>
#include <vector>

namespace settle {

struct site_report {
  backend_kind backend = backend_kind::local;  ///< slurm or local
  std::string state_dir;                       ///< absolute
  core::site_facts facts;                      ///< of the cluster; with backend local empty
  std::vector<core::finding> findings;         ///< in the order in which they are best read
  /// What settle would run, each as its argv, with `1` for a job's id; with backend local none.
  std::vector<std::vector<std::string>> commands;

  core::grade worst() const noexcept;
  /// 3: there is something without which settle cannot work; else 0.
  int exit_code() const noexcept;
};

/// Looks with the same options that a runtime would start with. Blocks for at most six command deadlines,
/// and that only where every command hangs. Never fails: trouble is a finding.
site_report examine(options);

/// One JSON object (docs/json.md).
std::string report_json(const site_report&);

/// "ok", "attention", "cannot work".
const char* grade_words(core::grade) noexcept;

}  // namespace settle

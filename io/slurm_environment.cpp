#include "io/subprocess.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace settle::io {
namespace {

using std::string_view;

constexpr std::array<string_view, 7> slurms_own = {"SLURM_",   "SBATCH_", "SQUEUE_", "SACCT_",
                                                   "SCANCEL_", "SALLOC_", "SRUN_"};
/// How to reach the cluster at all.
constexpr std::array<string_view, 3> always_kept = {"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT"};
/// What a site or user sets so that a plain sbatch works there.
constexpr std::array<string_view, 6> sbatch_defaults = {"SBATCH_ACCOUNT",    "SBATCH_PARTITION",
                                                        "SBATCH_QOS",        "SBATCH_RESERVATION",
                                                        "SBATCH_CONSTRAINT", "SBATCH_TIMELIMIT"};
/// Times as epoch seconds, array expressions whole, messages in the words we read.
constexpr std::array<string_view, 3> for_queries = {"SLURM_TIME_FORMAT=%s", "SLURM_BITSTR_LEN=0", "LC_ALL=C"};

template <class Names>
bool among(const Names& names, string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_kept(string_view name, bool keep_sbatch_defaults) {
  if (among(always_kept, name))
    return true;
  if (keep_sbatch_defaults && among(sbatch_defaults, name))
    return true;
  if (!keep_sbatch_defaults && name == "LC_ALL")
    return false;
  return std::none_of(slurms_own.begin(), slurms_own.end(),
                      [&](string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> slurm_environment(char** environ_of_process, bool keep_sbatch_defaults) {
  std::vector<std::string> kept;
  for (char** entry = environ_of_process; entry != nullptr && *entry != nullptr; ++entry) {
    const string_view variable(*entry);
    const auto equals = variable.find('=');
    if (equals != string_view::npos && equals > 0 &&
        is_kept(variable.substr(0, equals), keep_sbatch_defaults))
      kept.emplace_back(variable);
  }
  if (!keep_sbatch_defaults)
    kept.insert(kept.end(), for_queries.begin(), for_queries.end());
  return kept;
}

}  // namespace settle::io

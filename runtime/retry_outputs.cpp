#include "runtime/retry_outputs.hpp"

#include "runtime/item_output.hpp"

#include <sys/stat.h>

namespace settle {

namespace {

using core::item_index;

bool has_words(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0;
}

/// The file that both would write; empty: none, or not known here.
std::string common(const std::string& then, bool pattern_then, const std::string& again, bool slurm) {
  if (!pattern_then || then != again)
    return {};
  const filled_path filled = slurm ? fill_pattern(then, 0, "") : filled_path{then, ""};
  return filled.unknown.empty() && has_words(filled.path) ? filled.path : std::string{};
}

std::string file_at_stake(const actors::job_spec& then, const actors::job_spec& again, bool slurm) {
  auto out = common(then.output_file, then.output_is_pattern, again.output_file, slurm);
  return out.empty() ? common(then.error_file, then.error_is_pattern, again.error_file, slurm) : out;
}

}  // namespace

endangered_outputs outputs_at_stake(const actors::run_book& then, const std::vector<bool>& taken,
                                    const actors::run_book& again) {
  endangered_outputs found;
  const bool slurm = then.facts().backend == "slurm";
  item_index place = 0;  // in the new run: its items are in the same order
  for (item_index i = 0; i < taken.size(); ++i) {
    if (!taken[i])
      continue;
    const item_index now = place++;
    const auto& task = then.task(i);
    if ((task.output_file.empty() && task.error_file.empty()) || then.run().at(i).submissions == 0)
      continue;
    const auto was = then.spec(i, then.run().at(i).submissions);
    const auto is = again.spec(now, 1);
    if (!was || !is)
      continue;
    if (const auto file = file_at_stake(**was, **is, slurm); !file.empty()) {
      found.first = found.items == 0 ? file : found.first;
      ++found.items;
    }
  }
  return found;
}

}  // namespace settle

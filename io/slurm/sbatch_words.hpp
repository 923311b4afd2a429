// What sbatch's words mean for us: is there certainly no job and never will be (refused), certainly no job now
// (busy), or maybe a job (unclear)? One table, read from Slurm's sources (20.11 to 26.05). Private to io/slurm.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace settle::slurm {

enum class refusal : std::uint8_t {
  refused,  ///< slurmctld or sbatch said no; asking again cannot help
  busy,     ///< no job was made; asking later can help
  full,     ///< as busy: a limit on the number of jobs; fewer at once may be taken
  unclear,  ///< the request may have arrived: there may be a job
};

/// Judges the stderr of an sbatch that ended by itself with an exit code other than 0.
refusal judge_refusal(std::string_view errors, int exit_code) noexcept;

/// sbatch's own words on one line: "sbatch: error: " removed, lines joined by "; ", control characters
/// as '?', at most 1000 bytes.
std::string sbatch_words(std::string_view errors);

}  // namespace settle::slurm

// The claim on a task: a file that whoever runs it first creates, and nobody removes. A job's script claims it as it begins
// (io/tasks/claim_script.hpp); settle claims it in the place of a submission that it gives up. Here are its form, its
// reading, and settle's own taking. What follows from it is decided elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace settle::tasks {

enum class claim_holder : std::uint8_t {
  nobody,      ///< there is none
  job,         ///< a job began with it
  settle,      ///< settle has given this submission up
  unreadable,  ///< there is one, but it does not say whose: it is being written, or could not be
  unknown,     ///< nobody can tell whether there is one
};

struct claim {
  claim_holder who = claim_holder::nobody;
  std::uint64_t job_id = 0;  ///< as io/job_id.hpp has it; of holder `job`
  std::string trouble{};     ///< of the last two, without the file's name
};

/// Longer than any claim; what is longer is none.
inline constexpr std::size_t claim_bytes_max = 256;

/// Total: what is cut, of another token or anything else is `unreadable`.
claim parse_claim(std::string_view text, std::string_view token);

/// Reads the file, which must be a regular one and no link. Blocking, like every file.
claim read_claim(const std::string& path, std::string_view token);

/// Takes it for settle, durably, where nobody has it; else says who does. Makes a missing folder.
claim take_claim(const std::string& path, std::string_view token);

}  // namespace settle::tasks

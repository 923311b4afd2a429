// The record that a job's own script leaves of its end: one line in a file of its own, for when accounting is off,
// down or silent. Here are its form and its reading; io/tasks/exit_record_script.hpp has the shell text that
// writes it. A record is a witness, no more: whose it is and what it weighs is decided elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settle::tasks {

struct exit_record {
  std::uint64_t job_id = 0;   ///< as io/job_id.hpp has it; outside of Slurm the shell's pid
  std::uint32_t restart = 0;  ///< SLURM_RESTART_COUNT: an earlier attempt's record has a smaller one
  int exit_code = 0;          ///< 0 to 255, as the shell gave it: 137 may be an exit or a killed child
  std::optional<std::int64_t> start,
      end;  ///< epoch seconds by the node's clock; none: the node could not tell
  bool operator==(const exit_record&) const = default;
};

/// One of three: a record; no trouble and no record (there is no file); trouble (there is one, but it says nothing).
struct exit_record_reading {
  std::optional<exit_record> record;
  std::string trouble;  ///< without the file's name
};

/// Longer than any record; what is longer is none.
inline constexpr std::size_t exit_record_bytes_max = 1024;

/// Total: what is cut, of another token or anything else is trouble, never a record.
exit_record_reading parse_exit_record(std::string_view text, std::string_view token);

/// Reads the file, which must be a regular one and no link. Blocking, like every file.
exit_record_reading read_exit_record(const std::string& path, std::string_view token);

}  // namespace settle::tasks

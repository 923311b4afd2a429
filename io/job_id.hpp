// A job's id as one number. A task of a job array has two in Slurm's commands ("145_7"): the id of its array in the low
// 32 bits here, and above them its index plus one. Never the number that %A, JobIDRaw and SLURM_JOB_ID show of a task:
// the one that starts last has its array's own. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settle::io {

constexpr std::uint64_t array_task_id(std::uint64_t array_id, std::uint32_t index) noexcept {
  return (std::uint64_t{index} + 1) << 32 | (array_id & 0xffff'ffffU);
}
constexpr bool is_array_task(std::uint64_t id) noexcept {
  return id >> 32 != 0;
}
/// The array's id; of a job that is no array's task its own.
constexpr std::uint64_t array_id_of(std::uint64_t id) noexcept {
  return is_array_task(id) ? id & 0xffff'ffffU : id;
}
/// Of an array's task.
constexpr std::uint32_t array_index_of(std::uint64_t id) noexcept {
  return static_cast<std::uint32_t>(id >> 32) - 1;
}

/// "4711" or "145_7", as Slurm's commands write and take it.
std::string job_id_text(std::uint64_t id);
/// The same in the room of the caller's, and no longer than that.
inline constexpr std::size_t job_id_chars = 24;
std::string_view job_id_text(std::uint64_t id, std::array<char, job_id_chars>& room) noexcept;
/// None where the text is neither, or no id can be so large.
std::optional<std::uint64_t> job_id_from_text(std::string_view text) noexcept;

/// Oldest first: by array, and within one by index.
constexpr bool older_job(std::uint64_t a, std::uint64_t b) noexcept {
  return array_id_of(a) != array_id_of(b) ? array_id_of(a) < array_id_of(b) : a < b;
}

}  // namespace settle::io

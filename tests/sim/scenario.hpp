// One seed's story before it happens: the tasks and how each life of their jobs will end, the cluster's habits, and
// the faults, each with its time. After `calm` nothing goes wrong any more.
#pragma once

#include "actors/core/limits.hpp"
#include "actors/core/time.hpp"
#include "tests/sim/timeline.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// How one life of a job ends.
enum class outcome : std::uint8_t {
  success,
  exit_code,  ///< the script's own code, 1 to 255
  signal,     ///< kill -9 from inside
  timeout,
  out_of_memory,
  node_fail,
  preempted,
  boot_fail,  ///< the script never ran
  deadline,
  launch_failure,  ///< the script never ran
  step_failure,    ///< a step failed, the script ended with 0
};

struct planned_life {
  outcome how = outcome::success;
  int code = 0;          ///< with exit_code and signal
  bool requeue = false;  ///< the same job runs again
  duration waits{};      ///< pending before it starts
  duration runs{};
};

struct planned_task {
  std::string id;
  std::vector<std::string> deps;
  std::vector<planned_life> lives;
};

enum class fault : std::uint8_t {
  controller_down,  ///< commands are refused after MessageTimeout
  controller_hung,  ///< commands hang until their deadline
  accounting_down,
  accounting_hung,
  accounting_lags,    ///< records arrive minutes late
  accounting_loses,   ///< records never arrive
  garbage,            ///< answers are cut, mixed up, or empty where they should not be
  lost_replies,       ///< sbatch does its work, and its answer does not come
  limits,             ///< sbatch is refused for now
  files_away,         ///< the shared file system does not show what jobs wrote
  slow_disk,          ///< the journal takes seconds
  controller_killed,  ///< at `from`: what it learnt in its last seconds is gone, ids are given again
  clock_step,         ///< at `from`: our wall clock jumps
  crash,              ///< settle is killed (see `strike`), and started again at `to`
  admin_requeue,      ///< somebody's script sends failed jobs round again, seconds after their end
  admin_rename,       ///< at `from`: a job of ours gets another name
  foreign_jobs,       ///< at `from`: other jobs of the same user are submitted
  admin_cancel,  ///< at `from`: somebody cancels tasks that wait with the rest of their array: they leave no trace
  copied_job,  ///< at `from`: somebody submits a job's script once more, by hand: two jobs of one token
};
inline constexpr std::size_t fault_count = 19;
inline constexpr std::size_t fault_count_anywhere =
    17;  ///< the last ones are for stories with arrays, or with claims
std::string_view to_text(fault);

/// When a crash strikes. By the clock alone it would hardly ever meet a line on its way to the disk.
enum class strike : std::uint8_t {
  at_once,       ///< at `from`
  amid_write,    ///< while the first lines after `from` are on their way to the disk; none before `to`: never
  amid_verdict,  ///< the same, of lines that hold a verdict
  amid_sbatch,   ///< while an sbatch that reached slurmctld has not answered yet
};

struct fault_window {
  fault what;
  duration from{};
  duration to{};
  std::int64_t amount = 0;  ///< clock_step: seconds
  strike when{};            ///< crash
};

struct scenario {
  std::uint64_t seed = 0;
  std::vector<planned_task> tasks;
  std::vector<fault_window> faults;
  duration calm{};
  settle::core::policy rules;
  std::size_t max_concurrent = 0;
  duration min_job_age{};   ///< how long the controller remembers an ended job
  std::int64_t skew_s = 0;  ///< the cluster's clock minus ours
  bool slow_books = false;  ///< accounting hears of everything up to a minute late
  bool accounting_kept = true;
  bool witnesses = false;
  bool arrays = false;          ///< what is ready together goes out as arrays
  std::size_t array_most = 0;   ///< a limit refuses larger ones for now; 0: none does
  bool arrays_refused = false;  ///< the site takes none
  duration cancel_at{};         ///< somebody cancels the run; 0: nobody
  bool claims = true;           ///< nodes and settle see the same claims; else theirs are on the nodes alone
  bool codes_cut = true;        ///< sacct prints codes from 128 on less 128
};

scenario make_scenario(std::uint64_t seed);

}  // namespace sim

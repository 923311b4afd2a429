// What a Slurm cluster says of itself: the questions (`sbatch --version`, `scontrol show config`, `scontrol ping`,
// `scontrol show federation`, `sdiag`) and their answers as values. Total: lines that are not known are passed
// over, what is not said or cannot be read is absent, and nothing is filled in but Slurm's own defaults.
#pragma once

#include "io/result.hpp"
#include "io/subprocess.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::slurm {

struct version {
  std::uint32_t year = 0, month = 0, patch = 0;
  auto operator<=>(const version&) const = default;
};
/// "slurm-wlm 22.05.8", "slurm 24.11.5", "23.11.0-0rc1": the first word that begins with a digit.
std::optional<version> parse_version(std::string_view text);
/// "22.05.8", as Slurm writes it.
std::string version_words(const version&);

/// One slurmctld.
struct controller_host {
  std::string role;  ///< "primary", "backup", "backup2", …
  std::string host;
  bool up = false;
  bool operator==(const controller_host&) const = default;
};
/// The "Slurmctld(primary) at HOST is UP" lines of `scontrol ping` and at the end of `scontrol show config`.
/// 20.11's ping exits 0 though every controller is down: only these lines tell.
std::vector<controller_host> parse_controllers(std::string_view text);

/// slurmctld's rate limit for each user (SlurmctldParameters=rl_enable, since 23.02).
struct rate_limit {
  std::uint64_t bucket = 30;   ///< requests at once
  std::uint64_t refill = 2;    ///< requests more in each period
  std::uint64_t period_s = 1;  ///< seconds
  bool operator==(const rate_limit&) const = default;
};

/// `scontrol show config`, as far as settle cares.
struct configuration {
  /// slurmctld's own clock when it answered, epoch seconds: it fills this field with its time(NULL) for each
  /// request (proc_req.c, _fill_ctld_conf). Absent where the time came formatted (SLURM_TIME_FORMAT unheeded).
  std::optional<std::int64_t> answered_at;
  std::string cluster;
  std::optional<version> controller_version;
  std::string accounting_storage;               ///< AccountingStorageType; empty: none is set
  std::vector<std::string> accounting_enforce;  ///< "associations", "limits", "nojobs", …; "none" is empty
  std::optional<std::uint64_t> max_array_size, max_job_count;
  std::optional<std::chrono::seconds> min_job_age, message_timeout;
  std::uint64_t max_script_bytes = 4u << 20;  ///< Slurm's default; SchedulerParameters=max_script_size
  std::optional<bool> job_requeue;
  std::optional<rate_limit> rate;
  std::vector<controller_host> controllers;

  /// No accounting is kept, or none of jobs (AccountingStorageEnforce=nojobs).
  bool accounting_off() const;
  bool enforces(std::string_view word) const;  ///< it is a word of accounting_enforce
};
configuration parse_config(std::string_view text);

/// "sdiag output at Mon Nov 23 09:26:42 2026 (1795426002)": slurmctld's clock when it answered, epoch seconds.
std::optional<std::int64_t> parse_diagnostics_time(std::string_view text);
/// The name behind "Federation:"; empty: the cluster is in none.
std::string parse_federation(std::string_view text);

io::command version_command(std::chrono::milliseconds deadline);
io::command config_command(std::chrono::milliseconds deadline);
io::command ping_command(std::chrono::milliseconds deadline);
io::command federation_command(std::chrono::milliseconds deadline);

/// unavailable: it names no SLURM_VERSION, which every configuration does. The exit code says nothing: it is that
/// of the ping at the end.
io::result<configuration> read_config(const io::command_result& answer);

/// parse_federation of a call that answered. unavailable: it did not.
io::result<std::string> read_federation(const io::command_result& answer);

}  // namespace settle::slurm

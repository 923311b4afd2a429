// The Slurm command lines settle runs and how their whole answers are read: argv in, typed answer out. One
// place that knows option spellings and formats. Every answer is exactly one of a value or `unavailable`
// (or a more exact code); only a whole, clean answer is a value.
#pragma once

#include "io/result.hpp"
#include "io/slurm/records.hpp"
#include "io/subprocess.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settle::slurm {

using io::command;
using io::command_result;
using io::result;

/// squeue -h -a --user=UID --states=all -O ...: every job of this user that the controller holds, name last.
command list_command(std::uint32_t uid, std::chrono::milliseconds deadline);
/// rc 0, not cut, and not (no row and anything on stderr): a listing. Else unavailable with its reason;
/// bad_reply where it is whole but not one line of it is a row. Two different rows for one job are set aside:
/// one of them is forged. Text and JSON are both read: what begins with '{' is JSON, of which jobs of other users
/// than `uid` are left out (squeue --json lists everybody's up to 24.05.0).
result<table<queue_row>> read_listing(command_result answer, std::optional<std::uint32_t> uid = {});
/// Of a listing what is known only when all of it was read.
struct listing_rest {
  std::vector<bad_row> bad;
  std::vector<std::uint64_t> disputed{};  ///< sorted: no row that speaks of one of these is believed
  bool concern(std::uint64_t id) const noexcept;
  bool concern(const queue_row& row) const noexcept;
};
/// The same without a table: each row goes to `row`, in order, before it is known whether it is believed and whether the
/// answer is a whole one.
result<listing_rest> read_listing_rows(command_result answer, std::optional<std::uint32_t> uid,
                                       const std::function<void(const queue_row&)>& row);
/// A row that is not believed, as read_listing sets it aside.
bad_row disputed_row(std::uint64_t job_id, std::uint64_t array_job_id, std::string_view word,
                     std::string_view name);
/// How many rows its text can hold; 0: not known.
std::size_t rows_at_most(const command_result& answer) noexcept;

/// sacct -n -P -D --user=UID -j a,b_7,c -o ...: the ids (io/job_id.hpp; an array's own: all of its tasks, which alone
/// shows the row of those that never began; `a_7`: what that task has a row of its own for), oldest first, cut into at most `calls_max` calls, each
/// far below 128 KiB of argument; `taken` tells how many ids went into them.
std::vector<command> account_commands(std::uint32_t uid, std::span<const std::uint64_t> ids,
                                      std::size_t calls_max, std::chrono::milliseconds deadline,
                                      std::size_t& taken);
/// The same by job name, for the search after an unclear sbatch; `since` is epoch seconds. Jobs that are held
/// or wait for something else are not in its answer (sacct leaves out what was never eligible): squeue shows
/// those.
command account_by_name_command(std::uint32_t uid, std::span<const std::string> names, std::int64_t since,
                                std::chrono::milliseconds deadline);
/// As read_listing; text and JSON.
result<table<account_record>> read_accounting(command_result answer);
/// The same without a table: each row goes to `row`, in order and before it is known that the answer is a whole one; the
/// rows that could not be read come back.
result<std::vector<bad_row>> read_accounting_rows(command_result answer,
                                                  const std::function<void(const account_record&)>& row);
/// "Slurm accounting storage is disabled": told apart from an outage.
bool says_accounting_disabled(const command_result& answer);

/// One job to submit. Fields that are empty are not asked for.
struct job_request {
  std::string job_name;  ///< `<sanitised task name>.<token>`
  std::string script;    ///< whole, with its shebang; goes in through stdin
  std::string partition, account, qos, constraint, memory, time_limit, gres;
  std::optional<std::int64_t> cpus;
  std::string array;                    ///< the indexes of an array's tasks, "0-3,5"; empty: one job
  std::string output_file, error_file;  ///< as Slurm patterns (escape with escape_pattern)
  bool append = false;                  ///< go on in those files where they are there, whatever the site does
  std::vector<std::string> extra_args;  ///< the task's sbatch_args, already checked
};
command submit_command(const job_request& job, std::chrono::milliseconds deadline);
/// The new job's id. rejected: refused for good, sbatch's own words. unavailable: refused for now (busy). too_many: a limit
/// on the number of jobs; fewer at once may be taken.
/// maybe_submitted: timed out, died, or failed talking to the controller: there may be a job.
result<std::uint64_t> read_submission(const command_result& answer);
/// A literal path as Slurm must be given it: every % doubled. Where the path holds a backslash, Slurm expands no %
/// in it at all and halves backslashes, so then those are doubled instead: nothing that is to be expanded (%a)
/// can stand beside a backslash.
std::string escape_pattern(std::string_view path);
/// The sbatch options that settle owns (--array, --wait, --job-name, …): the reason to refuse this argument.
std::optional<std::string> refuse_sbatch_arg(std::string_view arg);

/// scancel of ids, cut like account_commands; rc says nothing about existence. An array's id ends all of it. Before
/// the scancel of an array's tasks stands a `scontrol update` of the same tasks that changes nothing: it gives those
/// that still wait records of their own. Without it slurmctld forgets them without a trace in squeue or sacct
/// (measured, 22.05.8), and nobody could say how they ended. How that update ends does not matter: it fails for
/// tasks that run.
std::vector<command> cancel_commands(std::span<const std::uint64_t> ids, std::chrono::milliseconds deadline);

/// sdiag, for "DBD Agent queue size"; none when it did not say.
command diagnostics_command(std::chrono::milliseconds deadline);
std::optional<std::uint64_t> read_dbd_queue_size(const command_result& answer);

/// A sentence about why an answer is void, for people: exit code or signal, deadline, first line of stderr.
std::string describe_failure(std::string_view program, const command_result& answer);

}  // namespace settle::slurm

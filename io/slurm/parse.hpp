// Bytes of squeue and sacct (text forms) to rows. Total: any bytes give a table, what cannot be read is set
// aside with its reason; never throws, never guesses. `whole` is false when the last line has no newline.
#pragma once

#include "io/slurm/records.hpp"

#include <string_view>

namespace settle::slurm {

/// Fields, in order, separated by '|': JobID ArrayJobID ArrayTaskID State exit_code RestartCnt SubmitTime
/// StartTime EndTime Reason Name. Name is last and may hold '|'. exit_code is a raw wait status up to 25.x and
/// "code:signal" since 26.05; both are read.
table<queue_row> parse_queue(std::string_view text, bool& whole);
inline constexpr std::string_view queue_format =
    "JobID:|,ArrayJobID:|,ArrayTaskID:|,State:|,exit_code:|,RestartCnt:|,SubmitTime:|,StartTime:|,EndTime:|,"
    "Reason:|,Name:";

/// Fields, in order, separated by '|': JobIDRaw JobID State ExitCode DerivedExitCode Submit Start End ElapsedRaw
/// TotalCPU MaxRSS AllocCPUS NodeList JobName.
table<account_record> parse_accounting(std::string_view text, bool& whole);
inline constexpr std::string_view accounting_format =
    "JobIDRaw,JobID,State,ExitCode,DerivedExitCode,Submit,Start,End,ElapsedRaw,TotalCPU,MaxRSS,AllocCPUS,"
    "NodeList,JobName";

/// "145_[1,3-9%4]", "145_3", "145", "108+0": the id of JobID columns.
array_tasks parse_array_id(std::string_view);
/// "12:0", "0:9"; raw wait status "35072". Unreadable: both absent.
code parse_code_pair(std::string_view);
code decode_wait_status(std::int64_t raw);

}  // namespace settle::slurm

// Bytes of squeue and sacct to rows. Total: any bytes give a table, what cannot be read is set aside with its
// reason; never throws, never guesses. Of text `whole` is false when the last line has no newline; JSON that is cut
// short is no table at all.
#pragma once

#include "io/result.hpp"
#include "io/slurm/records.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle::slurm {

/// Fields, in order, separated by '|': JobID ArrayJobID ArrayTaskID State exit_code RestartCnt SubmitTime
/// StartTime EndTime Reason Name. Name is last and may hold '|'. exit_code is a raw wait status up to 25.x and
/// "code:signal" since 26.05; both are read.
table<queue_row> parse_queue(std::string_view text, bool& whole);
/// The same row by row, each with the place of its line; returns what was set aside.
std::vector<bad_row> parse_queue_rows(std::string_view text, bool& whole,
                                      const std::function<void(const queue_row&, std::size_t place)>& row);
std::optional<queue_row> parse_queue_line(std::string_view line);
inline constexpr std::string_view queue_format =
    "JobID:|,ArrayJobID:|,ArrayTaskID:|,State:|,exit_code:|,RestartCnt:|,SubmitTime:|,StartTime:|,EndTime:|,"
    "Reason:|,Name:";

/// Fields, in order, separated by '|': JobIDRaw JobID State ExitCode DerivedExitCode Submit Start End ElapsedRaw
/// TotalCPU MaxRSS AllocCPUS NodeList JobName.
table<account_record> parse_accounting(std::string_view text, bool& whole);
/// The same row by row; returns what was set aside.
std::vector<bad_row> parse_accounting_rows(std::string_view text, bool& whole,
                                           const std::function<void(const account_record&)>& row);
inline constexpr std::string_view accounting_format =
    "JobIDRaw,JobID,State,ExitCode,DerivedExitCode,Submit,Start,End,ElapsedRaw,TotalCPU,MaxRSS,AllocCPUS,"
    "NodeList,JobName";

/// squeue --json of any version from 21.08 on: the same rows. Up to 24.05.0 it ignores --user and lists everybody's
/// jobs: those that name another user than `uid` are left out. unavailable: cut short, no JSON, or it reports errors
/// (with exit code 0 up to 22.05); bad_reply: JSON without a list `jobs`. A field of a wrong kind voids its row.
io::result<table<queue_row>> parse_queue_json(std::string document, std::optional<std::uint32_t> uid);

/// sacct --json of any version from 21.08 on: the same rows, each job's followed by its steps'. Exit codes are whole;
/// up to 23.02 those that are no signal are unknown, because it prints 0 for all of them.
io::result<table<account_record>> parse_accounting_json(std::string document);

/// "145_[1,3-9%4]", "145_3", "145", "108+0": the id of JobID columns.
array_tasks parse_array_id(std::string_view);
/// "12:0", "0:9"; raw wait status "35072". Unreadable: both absent.
code parse_code_pair(std::string_view);
code decode_wait_status(std::int64_t raw);

}  // namespace settle::slurm

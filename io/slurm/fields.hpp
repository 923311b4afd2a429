// One column of Slurm's text at a time. Each reader is given a whole column and either understands all of it or
// says so with nothing: no column is ever half read, rounded up to something plausible, or filled with a default.
// Private to io/slurm.
#pragma once

#include "io/slurm/records.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace settle::slurm::field {

/// Decimal digits and nothing else: no sign, no blank, no overflow.
template <class Unsigned>
std::optional<Unsigned> number(std::string_view text) noexcept {
  Unsigned value{};
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

/// 1 to 4294967293: Slurm's ids have 32 bits, 0 is "none" and the two largest are NO_VAL and INFINITE.
std::optional<std::uint64_t> job_id(std::string_view) noexcept;

/// Seconds since 1970. Unknown, None, N/A, NONE, 0 and any calendar time: absent.
std::optional<std::int64_t> epoch(std::string_view) noexcept;

/// "00:00.002", "12:34:56", "1-02:03:04" to milliseconds.
std::optional<std::int64_t> cpu_ms(std::string_view) noexcept;

/// "0", "5016K", "1.5M", "2G": units of 1024, bytes without one.
std::optional<std::int64_t> bytes(std::string_view) noexcept;

/// "1,3-9:2%4": true when it is whole and well formed; an expression cut short is not.
bool is_task_expression(std::string_view) noexcept;

/// The JobID column of sacct and of squeue's %i: which array task, and the step behind it.
struct id_column {
  std::uint64_t job_id = 0;
  std::string_view tasks;  ///< "3" or "1,3-9%4", without brackets; empty: no array
  bool bracketed = false;
  std::string_view step;  ///< "batch", "0", …; empty: the job itself
};
std::optional<id_column> job_id_column(std::string_view) noexcept;

/// Fills `out` from "3" or an expression; false when `tasks` is neither.
bool read_tasks(std::uint64_t array_job_id, std::string_view tasks, array_tasks& out);

/// Cuts a line at '|' into exactly N columns; the last one takes the rest, with whatever it holds.
/// Returns how many columns there were, at most N.
template <std::size_t N>
std::size_t split(std::string_view line, std::array<std::string_view, N>& out) noexcept {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t i = 0; i + 1 < N; ++i) {
    const auto left = static_cast<std::size_t>(end - at);
    const auto* bar = left == 0 ? nullptr : static_cast<const char*>(std::memchr(at, '|', left));
    if (bar == nullptr) {
      out[i] = {at, left};
      return i + 1;
    }
    out[i] = {at, static_cast<std::size_t>(bar - at)};
    at = bar + 1;
  }
  out[N - 1] = {at, static_cast<std::size_t>(end - at)};
  return N;
}

/// Words of a command for people: control characters become '?'.
std::string printable(std::string_view words);

/// Sets a line aside: its first bytes, the reason, and its job where the first column names one.
bad_row set_aside(std::string_view line, std::string_view why, std::optional<std::uint64_t> job);

/// The job that a line speaks of: digits up to a '|' or a '.', else none.
std::optional<std::uint64_t> leading_job_id(std::string_view line) noexcept;

/// Newlines, counted a line at a time: std::count looks at every byte by itself.
inline std::size_t count_lines(std::string_view text) noexcept {
  std::size_t lines = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
    ++lines;
  return lines;
}

/// Hands every line to `row`. A last line without its newline goes to `cut` instead; false if there was one.
template <class Row, class Cut>
bool for_each_line(std::string_view text, Row&& row, Cut&& cut) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
      cut(text);
      return false;
    }
    row(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return true;
}

/// Reads every line with `read_row(line, columns, row)`, which says why it could not (empty: it could). What could
/// not be read is set aside, and so is a last line without its newline; then `whole` is false.
template <class Row, class Columns, class ReadRow>
table<Row> read_table(std::string_view text, bool& whole, ReadRow read_row) {
  table<Row> out;
  out.rows.reserve(count_lines(text));
  Columns columns;  // one for all rows: clearing it each time is a large part of the work
  const auto read = [&](std::string_view line) {
    const std::string_view why = read_row(line, columns, out.rows.emplace_back());
    if (why.empty())
      return;
    out.rows.pop_back();
    out.bad.push_back(set_aside(line, why, leading_job_id(line)));
  };
  const auto cut = [&](std::string_view line) {
    out.bad.push_back(set_aside(line, "no newline at its end", leading_job_id(line)));
  };
  whole = for_each_line(text, read, cut);
  return out;
}

}  // namespace settle::slurm::field

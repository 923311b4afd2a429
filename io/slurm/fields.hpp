// One column of Slurm's text at a time. Each reader is given a whole column and either understands all of it or
// says so with nothing: no column is ever half read, rounded up to something plausible, or filled with a default.
// Private to io/slurm.
#pragma once

#include "io/slurm/records.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace settle::slurm::field {

/// Eight decimal digits at once: read_table spends most of its time on epochs and ids. Nothing: not all are digits.
inline std::optional<std::uint64_t> eight_digits(const char* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  constexpr std::uint64_t high = 0xf0f0f0f0f0f0f0f0u;
  if (((bytes & high) | (((bytes + 0x0606060606060606u) & high) >> 4)) != 0x3333333333333333u)
    return std::nullopt;
  bytes = (bytes & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
  bytes = (bytes & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
  return (bytes & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
}

/// Decimal digits and nothing else: no sign, no blank, no overflow.
template <class Unsigned>
[[gnu::always_inline]] inline std::optional<Unsigned> number(std::string_view text) noexcept {
  constexpr std::size_t always_fits = std::numeric_limits<std::uint64_t>::digits10;
  const auto* at = text.data();
  const auto* const end = at + text.size();
  std::uint64_t value = 0;
  if (text.empty())
    return std::nullopt;
  if (text.size() > always_fits) {
    const auto [stop, problem] = std::from_chars(at, end, value);
    if (problem != std::errc{} || stop != end)
      return std::nullopt;
    at = end;
  }
  if constexpr (std::endian::native == std::endian::little)
    for (; end - at >= 8; at += 8) {
      const auto eight = eight_digits(at);
      if (!eight)
        return std::nullopt;
      value = value * 100'000'000 + *eight;
    }
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned char>(*at - '0');
    if (digit > 9)
      return std::nullopt;
    value = value * 10 + digit;
  }
  if (value > std::numeric_limits<Unsigned>::max())
    return std::nullopt;
  return static_cast<Unsigned>(value);
}

/// 1 to 4294967293: Slurm's ids have 32 bits, 0 is "none" and the two largest are NO_VAL and INFINITE.
inline std::optional<std::uint64_t> job_id(std::string_view text) noexcept {
  const auto value = number<std::uint64_t>(text);
  return value && *value != 0 && *value <= 0xfffffffdu ? value : std::nullopt;
}

/// Seconds since 1970. Unknown, None, N/A, NONE, 0 and any calendar time: absent.
inline std::optional<std::int64_t> epoch(std::string_view text) noexcept {
  const auto value = number<std::uint64_t>(text);
  if (!value || *value == 0 || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

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
  bool component = false;  ///< "65+1": of a heterogeneous job
  std::string_view step;   ///< "batch", "0", …; empty: the job itself
};
std::optional<id_column> job_id_column(std::string_view) noexcept;

/// Fills `out` from "3" or an expression; false when `tasks` is neither.
bool read_tasks(std::uint64_t array_job_id, std::string_view tasks, array_tasks& out);

/// A high bit for every '|' among eight bytes, and no other bit.
inline std::uint64_t bars_among(const char* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  if constexpr (std::endian::native == std::endian::big)
    bytes = __builtin_bswap64(bytes);
  constexpr std::uint64_t low_bits = 0x7f7f7f7f7f7f7f7fu;
  bytes ^= 0x7c7c7c7c7c7c7c7cu;
  return ~(((bytes & low_bits) + low_bits) | bytes | low_bits);
}

/// Cuts a line at '|' into exactly N columns; the last one takes the rest, with whatever it holds.
/// Returns how many columns there were, at most N. Columns are so short that a search for each costs more than
/// looking at every eight bytes once.
template <std::size_t N>
std::size_t split(std::string_view line, std::array<std::string_view, N>& out) noexcept {
  const char* at = line.data();
  const char* const end = at + line.size();
  const char* from = at;
  std::size_t cut = 0;
  const auto rest = [&] { return std::string_view(from, static_cast<std::size_t>(end - from)); };
  const auto cut_at = [&](const char* bar) {
    out[cut++] = {from, static_cast<std::size_t>(bar - from)};
    from = bar + 1;
  };
  for (; end - at >= 8; at += 8)
    for (auto bars = bars_among(at); bars != 0; bars &= bars - 1) {
      cut_at(at + std::countr_zero(bars) / 8);
      if (cut + 1 == N) {
        out[cut] = rest();
        return N;
      }
    }
  for (; at != end && cut + 1 < N; ++at)
    if (*at == '|')
      cut_at(at);
  out[cut] = rest();
  return cut + 1;
}

/// Words of a command for people: control characters become '?'.
std::string printable(std::string_view words);

/// Sets a line aside: its first bytes, the reason, and its job where the first column names one.
bad_row set_aside(std::string_view line, std::string_view why, std::optional<std::uint64_t> job);
/// The same of a line of text, whose second column tells its array where it is whole.
bad_row set_line_aside(std::string_view line, std::string_view why);

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

/// Tells the kernel that memory not yet touched will be used whole: handing out a big table's memory in small pages
/// costs about as much as reading the text. Only advice: refused or unknown, it changes nothing.
void ask_for_large_pages(void* begin, std::size_t bytes) noexcept;

/// Reads every line with `read(line)`, which says why it could not (empty: it could). What could not be read is set aside
/// and comes back, and so is a last line without its newline; then `whole` is false.
template <class Read>
std::vector<bad_row> read_lines(std::string_view text, bool& whole, Read read) {
  std::vector<bad_row> bad;
  whole = for_each_line(
      text,
      [&](std::string_view line) {
        if (const std::string_view why = read(line); !why.empty())
          bad.push_back(set_line_aside(line, why));
      },
      [&](std::string_view line) { bad.push_back(set_line_aside(line, "no newline at its end")); });
  return bad;
}

/// All rows, each read with `read_row(line, columns, row)`, which says why it could not.
template <class Row, class Columns, class ReadRow>
table<Row> read_table(std::string_view text, bool& whole, ReadRow read_row) {
  table<Row> out;
  out.rows.reserve(count_lines(text));
  ask_for_large_pages(out.rows.data(), out.rows.capacity() * sizeof(Row));
  Columns columns;  // one for all rows: clearing it each time is a large part of the work
  out.bad = read_lines(text, whole, [&](std::string_view line) {
    const std::string_view why = read_row(line, columns, out.rows.emplace_back());
    if (!why.empty())
      out.rows.pop_back();
    return why;
  });
  return out;
}

}  // namespace settle::slurm::field

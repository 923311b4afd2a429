// Whole answers of squeue, sacct, sdiag and sbatch: a value, or exactly one reason why there is none.
#include "io/slurm/commands.hpp"

#include "io/slurm/contradictions.hpp"
#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"
#include "io/slurm/sbatch_words.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace settle::slurm {
namespace {

using io::errc;

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  while (!text.empty() && (text.front() == '\n' || text.front() == '\r' || text.front() == ' '))
    text.remove_prefix(1);
  return text;
}

/// The first line that says something, printable, at most 200 bytes.
std::string first_line(std::string_view text) {
  text = trimmed(text);
  return field::printable(text.substr(0, std::min<std::size_t>(text.find('\n'), 200)));
}

std::string seconds(std::chrono::milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

/// How it ended, if not as it should.
std::string what_happened(const command_result& a) {
  if (a.spawn_errno != 0)
    return "could not be started: " + std::generic_category().message(a.spawn_errno);
  if (a.timed_out)
    return "gave no answer within " + seconds(a.elapsed);
  if (a.cancelled)
    return "was stopped before it answered";
  if (a.end.signal)
    return "was ended by signal " + std::to_string(*a.end.signal);
  if (!a.end.exit)
    return "ended in an unknown way";
  if (*a.end.exit != 0)
    return "failed with exit code " + std::to_string(*a.end.exit);
  if (a.truncated)
    return "printed more than is read (" + std::to_string(a.out_bytes + a.err_bytes) + " bytes)";
  if (a.lingered)
    return "ended, but its output was still held open";
  return "ended with exit code 0";
}

bool is_clean(const command_result& a) noexcept {
  return a.spawn_errno == 0 && !a.timed_out && !a.cancelled && !a.truncated && !a.lingered && a.end.exit == 0;
}

/// The dialect: rows of text begin with a digit.
bool is_json(std::string_view out) noexcept {
  return trimmed(out).starts_with('{');
}

io::error cut_short() {
  return {errc::unavailable, "its answer was cut short: its last line has no end"};
}

template <class Row>
result<table<Row>> parse_text(std::string_view out, table<Row> (*parse)(std::string_view, bool&)) {
  bool whole = false;
  auto rows = parse(out, whole);
  if (!whole)
    return tl::unexpected(cut_short());
  return rows;
}

io::error with_program(std::string_view program, const io::error& e) {
  return {e.code, std::string(program) + ": " + e.words};
}

/// Where not one row could be read of a clean, whole answer: why it is none.
result<void> check_rowless(std::string_view program, const command_result& answer,
                           const std::vector<bad_row>& bad) {
  if (!trimmed(answer.err).empty())
    return io::fail(errc::unavailable, describe_failure(program, answer));
  const auto nameless = [](const bad_row& b) { return !b.job_id; };
  if (const auto first = std::find_if(bad.begin(), bad.end(), nameless); first != bad.end())
    return io::fail(errc::bad_reply, std::string(program) + " printed no row that can be read: '" +
                                         first_line(first->first_bytes) + "' (" + first->why + ")");
  return {};
}

/// `parse` reads what the command printed.
template <class Row, class Parse>
result<table<Row>> read_table(std::string_view program, command_result& answer, Parse parse) {
  if (!is_clean(answer))
    return io::fail(errc::unavailable, describe_failure(program, answer));
  result<table<Row>> out = parse(answer.out);
  if (!out)
    return tl::unexpected(with_program(program, out.error()));
  if (out->rows.empty())
    if (auto why = check_rowless(program, answer, out->bad); !why)
      return tl::unexpected(why.error());
  return out;
}

/// "4711" or "4711;cluster" on stdout's last line.
std::optional<std::uint64_t> submitted_id(std::string_view out) noexcept {
  if (!out.ends_with('\n'))
    return std::nullopt;
  out.remove_suffix(1);
  if (const auto before = out.rfind('\n'); before != std::string_view::npos)
    out.remove_prefix(before + 1);
  return field::job_id(out.substr(0, out.find(';')));
}

io::error refusal_error(const command_result& answer) {
  auto words = sbatch_words(answer.err);
  if (words.empty())
    words = describe_failure("sbatch", answer);
  switch (judge_refusal(answer.err, *answer.end.exit)) {
  case refusal::refused:
    return {errc::rejected, std::move(words)};
  case refusal::busy:
    return {errc::unavailable, std::move(words)};
  case refusal::full:
    return {errc::too_many, std::move(words)};
  case refusal::unclear:
    break;
  }
  return {errc::maybe_submitted, std::move(words)};
}

}  // namespace

std::string describe_failure(std::string_view program, const command_result& answer) {
  std::string out(program);
  out += ' ';
  out += what_happened(answer);
  if (const auto words = first_line(answer.err); !words.empty())
    out += ": " + words;
  return out;
}

namespace {

/// Of JSON there is a table in any case.
result<listing_rest> read_json_listing(command_result& answer, std::optional<std::uint32_t> uid,
                                       const std::function<void(const queue_row&)>& row) {
  auto all = read_table<queue_row>("squeue", answer,
                                   [uid](std::string& out) { return parse_queue_json(std::move(out), uid); });
  if (!all)
    return tl::unexpected(all.error());
  contradictions found(all->rows.size(), [&](std::size_t first, std::size_t other) {
    return all->rows[first] == all->rows[other];
  });
  for (std::size_t i = 0; i < all->rows.size(); ++i) {
    found.note(all->rows[i], i);
    row(all->rows[i]);
  }
  return listing_rest{std::move(all->bad), found.disputed()};
}

}  // namespace

std::size_t rows_at_most(const command_result& answer) noexcept {
  return is_json(answer.out) ? 0 : field::count_lines(answer.out);
}

result<listing_rest> read_listing_rows(command_result answer, std::optional<std::uint32_t> uid,
                                       const std::function<void(const queue_row&)>& row) {
  if (!is_clean(answer))
    return io::fail(errc::unavailable, describe_failure("squeue", answer));
  const std::string_view text = answer.out;
  if (is_json(text))
    return read_json_listing(answer, uid, row);
  const auto row_at = [text](std::size_t place) {
    return parse_queue_line(text.substr(place, text.find('\n', place) - place));
  };
  contradictions found(field::count_lines(text), [&row_at](std::size_t first, std::size_t other) {
    return row_at(first) == row_at(other);
  });
  bool whole = false;
  std::size_t rows = 0;
  listing_rest rest;
  rest.bad = parse_queue_rows(text, whole, [&](const queue_row& read, std::size_t place) {
    ++rows;
    found.note(read, place);
    row(read);
  });
  if (!whole)
    return tl::unexpected(with_program("squeue", cut_short()));
  if (rows == 0)
    if (auto why = check_rowless("squeue", answer, rest.bad); !why)
      return tl::unexpected(why.error());
  rest.disputed = found.disputed();
  return rest;
}

bool listing_rest::concern(std::uint64_t id) const noexcept {
  return std::binary_search(disputed.begin(), disputed.end(), id);
}

bool listing_rest::concern(const queue_row& row) const noexcept {
  return concern(row.job_id) || concern(subject_of(row));
}

bad_row disputed_row(std::uint64_t job_id, std::uint64_t array_job_id, std::string_view word,
                     std::string_view name) {
  return {std::string(word) + " " + std::string(name.substr(0, 150)), "two different rows for this job",
          job_id, array_job_id != 0 ? array_job_id : job_id};
}

result<table<queue_row>> read_listing(command_result answer, std::optional<std::uint32_t> uid) {
  table<queue_row> out;
  out.rows.reserve(rows_at_most(answer));
  auto rest =
      read_listing_rows(std::move(answer), uid, [&out](const queue_row& row) { out.rows.push_back(row); });
  if (!rest)
    return tl::unexpected(rest.error());
  out.bad = std::move(rest->bad);
  if (rest->disputed.empty())
    return out;
  for (const auto& row : out.rows)
    if (rest->concern(row))
      out.bad.push_back(disputed_row(row.job_id, row.array.array_job_id, row.word, row.name));
  std::erase_if(out.rows, [&rest](const queue_row& row) { return rest->concern(row); });
  return out;
}

result<table<account_record>> read_accounting(command_result answer) {
  return read_table<account_record>("sacct", answer, [](std::string& out) {
    return is_json(out) ? parse_accounting_json(std::move(out)) : parse_text(out, parse_accounting);
  });
}

result<std::vector<bad_row>> read_accounting_rows(command_result answer,
                                                  const std::function<void(const account_record&)>& row) {
  if (!is_clean(answer) || is_json(answer.out)) {
    auto all = read_accounting(std::move(answer));
    if (!all)
      return tl::unexpected(all.error());
    std::for_each(all->rows.begin(), all->rows.end(), row);
    return std::move(all->bad);
  }
  bool whole = false;
  std::size_t rows = 0;
  auto bad = parse_accounting_rows(answer.out, whole, [&](const account_record& record) {
    ++rows;
    row(record);
  });
  if (!whole)
    return tl::unexpected(with_program("sacct", cut_short()));
  if (rows == 0)
    if (auto why = check_rowless("sacct", answer, bad); !why)
      return tl::unexpected(why.error());
  return bad;
}

bool says_accounting_disabled(const command_result& answer) {
  return answer.err.find("Slurm accounting storage is disabled") != std::string::npos && !is_clean(answer);
}

result<std::uint64_t> read_submission(const command_result& answer) {
  if (answer.spawn_errno != 0) {
    const auto code = answer.spawn_errno == E2BIG ? errc::rejected : errc::unavailable;
    return io::fail(code, describe_failure("sbatch", answer));
  }
  const bool ended_by_itself = !answer.timed_out && !answer.cancelled && answer.end.exit.has_value();
  const auto id = submitted_id(answer.out);
  if (ended_by_itself && answer.end.exit == 0 && id && !answer.truncated)
    return *id;
  if (ended_by_itself && answer.end.exit != 0 && !id)
    return tl::unexpected(refusal_error(answer));
  return io::fail(errc::maybe_submitted,
                  describe_failure("sbatch", answer) + (id ? "" : "; it named no job"));
}

std::optional<std::uint64_t> read_dbd_queue_size(const command_result& answer) {
  constexpr std::string_view label = "DBD Agent queue size:";
  if (!is_clean(answer))
    return std::nullopt;
  const std::string_view out = answer.out;
  const auto at = out.find(label);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto line = out.substr(at + label.size());
  const auto end = line.find('\n');
  if (end == std::string_view::npos)
    return std::nullopt;
  return field::number<std::uint64_t>(trimmed(line.substr(0, end)));
}

}  // namespace settle::slurm

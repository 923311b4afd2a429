// Whole answers of squeue, sacct, sdiag and sbatch: a value, or exactly one reason why there is none.
#include "io/slurm/commands.hpp"

#include "io/array_indexes.hpp"
#include "io/job_id.hpp"
#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"
#include "io/slurm/sbatch_words.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <unordered_map>
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

/// What a row speaks of: its job, an array's task, or (no index) the rest of an array that waits.
std::uint64_t subject_of(const queue_row& row) {
  return row.array.task_id ? io::array_task_id(row.array.array_job_id, *row.array.task_id) : row.job_id;
}

/// For each id the row that named it first. Flat, and made for a known number of ids: a node for each row of a listing
/// costs more than reading the row.
class first_rows {
public:
  explicit first_rows(std::size_t ids)
      : slots_(std::bit_ceil(2 * ids + 2)), shift_(std::countl_zero(slots_.size()) + 1) {}

  /// `row` itself where the id is new. Ids are not 0.
  std::size_t of(std::uint64_t id, std::size_t row) {
    const auto mask = slots_.size() - 1;
    // The product's highest bits: only they hold all of the id, an array's in its upper half and a task's in its lower.
    auto at = static_cast<std::size_t>((id * 0x9E3779B97F4A7C15u) >> shift_);
    while (slots_[at].id != 0 && slots_[at].id != id)
      at = (at + 1) & mask;
    if (slots_[at].id == 0)
      slots_[at] = {id, row};
    return slots_[at].row;
  }

private:
  struct slot {
    std::uint64_t id = 0;
    std::size_t row = 0;
  };
  std::vector<slot> slots_;
  int shift_;
};

/// slurmctld has one record per id, and one for each task of an array. A second, different row comes from a job name
/// that holds a newline, and nothing tells which is which: neither is believed.
class contradictions {
public:
  explicit contradictions(const std::vector<queue_row>& rows) : rows_(rows), first_(2 * rows.size()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto raw = rows[i].job_id;
      const auto subject = subject_of(rows[i]);
      note(raw, i);
      if (subject != raw)
        note(subject, i);
      if (!rows[i].array.expression.empty())
        note_waiting(i);
    }
    if (!waiting_.empty())
      for (const auto& row : rows)
        if (row.array.task_id)
          check_waiting(row);
    std::sort(disputed_.begin(), disputed_.end());
  }
  bool any() const { return !disputed_.empty(); }
  bool concern(const queue_row& row) const { return is_disputed(row.job_id) || is_disputed(subject_of(row)); }

private:
  bool is_disputed(std::uint64_t id) const {
    return std::binary_search(disputed_.begin(), disputed_.end(), id);
  }
  void note(std::uint64_t id, std::size_t i) {
    if (const auto first = first_.of(id, i); first != i && !(rows_[i] == rows_[first]))
      disputed_.push_back(id);
  }
  void note_waiting(std::size_t i) {
    if (auto tasks = io::array_indexes::parse(rows_[i].array.expression))
      waiting_.emplace(rows_[i].array.array_job_id, std::pair{std::move(*tasks), i});
  }
  /// One that waits with the rest of its array has no row of its own.
  void check_waiting(const queue_row& row) {
    const auto rest = waiting_.find(row.array.array_job_id);
    if (rest == waiting_.end() || !rest->second.first.contains(*row.array.task_id))
      return;
    disputed_.push_back(subject_of(row));
    disputed_.push_back(rows_[rest->second.second].job_id);
  }

  const std::vector<queue_row>& rows_;
  first_rows first_;
  std::unordered_map<std::uint64_t, std::pair<io::array_indexes, std::size_t>> waiting_;
  std::vector<std::uint64_t> disputed_;
};

void set_aside_contradictions(table<queue_row>& listing) {
  const contradictions found(listing.rows);
  if (!found.any())
    return;
  std::vector<queue_row> believed;
  believed.reserve(listing.rows.size());
  for (auto& row : listing.rows) {
    if (!found.concern(row)) {
      believed.push_back(std::move(row));
      continue;
    }
    listing.bad.push_back({row.word + " " + row.name.substr(0, 150), "two different rows for this job",
                           row.job_id, row.array.array_job_id != 0 ? row.array.array_job_id : row.job_id});
  }
  listing.rows = std::move(believed);
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

result<table<queue_row>> read_listing(command_result answer, std::optional<std::uint32_t> uid) {
  auto listing = read_table<queue_row>("squeue", answer, [&](std::string& out) {
    return is_json(out) ? parse_queue_json(std::move(out), uid) : parse_text(out, parse_queue);
  });
  if (listing)
    set_aside_contradictions(*listing);
  return listing;
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

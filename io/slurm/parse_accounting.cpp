#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"

#include <array>
#include <limits>

namespace settle::slurm {
namespace {

enum column : std::size_t {
  raw_id,
  id,
  state,
  exit_code,
  derived,
  submit,
  start,
  end,
  elapsed,
  cpu,
  rss,
  cpus,
  nodes,
  name,
  columns,
};
using fields = std::array<std::string_view, columns>;

/// JobIDRaw: "65", "65.batch", "67.0". Components of a heterogeneous job have plain numbers too.
bool read_raw_id(std::string_view text, account_record& row) {
  const auto raw = field::job_id_column(text);
  if (!raw || !raw->tasks.empty() || raw->bracketed || raw->component)
    return false;
  row.job_id = raw->job_id;
  row.step = raw->step;
  return true;
}

bool read_array(std::string_view text, array_tasks& out) {
  const auto shown = field::job_id_column(text);
  if (!shown)
    return false;
  if (shown->tasks.empty())
    return !shown->bracketed;
  return field::read_tasks(shown->job_id, shown->tasks, out);
}

template <class Int>
std::optional<Int> count(std::string_view text) noexcept {
  const auto value = field::number<std::uint64_t>(text);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<Int>::max()))
    return std::nullopt;
  return static_cast<Int>(*value);
}

void read_usage(const fields& f, account_record& row) {
  row.elapsed_s = count<std::int64_t>(f[elapsed]);
  row.cpu_ms = field::cpu_ms(f[cpu]);
  row.max_rss_bytes = field::bytes(f[rss]);
  row.cpus = count<std::int32_t>(f[cpus]);
  row.node_list = f[nodes] == "None assigned" ? std::string_view{} : f[nodes];
}

/// Empty when it is well; else why it is not.
std::string_view read_row(std::string_view line, fields& f, account_record& row) {
  if (field::split(line, f) != columns)
    return "too few fields";
  if (!read_raw_id(f[raw_id], row))
    return "no job id";
  row.array = {};
  if (!read_array(f[id], row.array))
    return "the array's tasks are cut or unreadable";
  row.state = state_from_text(f[state]);
  row.word = f[state];
  row.exit = parse_code_pair(f[exit_code]);
  row.derived = parse_code_pair(f[derived]);
  row.submit = field::epoch(f[submit]);
  row.start = field::epoch(f[start]);
  row.end = field::epoch(f[end]);
  read_usage(f, row);
  row.name = f[name];
  return {};
}

}  // namespace

table<account_record> parse_accounting(std::string_view text, bool& whole) {
  return field::read_table<account_record, fields>(text, whole, read_row);
}

std::vector<bad_row> parse_accounting_rows(std::string_view text, bool& whole,
                                           const std::function<void(const account_record&)>& row) {
  fields columns;
  account_record record;  // for all rows: it keeps its strings' memory
  return field::read_lines(text, whole, [&](std::string_view line) {
    const auto why = read_row(line, columns, record);
    if (why.empty())
      row(record);
    return why;
  });
}

}  // namespace settle::slurm

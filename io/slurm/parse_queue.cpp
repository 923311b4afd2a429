#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"

#include <array>

namespace settle::slurm {
namespace {

enum column : std::size_t {
  id,
  array_id,
  task,
  state,
  exit_code,
  restarts,
  submit,
  start,
  end,
  reason,
  name,
  columns,
};
using fields = std::array<std::string_view, columns>;

/// Empty when it is well; else why it is not.
std::string_view read_array(const fields& f, array_tasks& out) {
  if (f[task] == "N/A")
    return {};
  const auto array_job = field::job_id(f[array_id]);
  if (!array_job)
    return "the array's id is unreadable";
  if (!field::read_tasks(*array_job, f[task], out))
    return "the array's tasks are cut or unreadable";
  return {};
}

std::string_view read_row(std::string_view line, fields& f, queue_row& row) {
  if (field::split(line, f) != columns)
    return "too few fields";
  const auto job = field::job_id(f[id]);
  if (!job)
    return "no job id";
  row.job_id = *job;
  row.array = {};
  if (const auto why = read_array(f, row.array); !why.empty())
    return why;
  row.state = state_from_text(f[state]);
  row.word = f[state];
  row.exit = parse_code_pair(f[exit_code]);
  row.restarts = field::number<std::uint32_t>(f[restarts]);
  row.submit = field::epoch(f[submit]);
  row.start = field::epoch(f[start]);
  row.end = field::epoch(f[end]);
  row.reason = f[reason];
  row.name = f[name];
  return {};
}

}  // namespace

table<queue_row> parse_queue(std::string_view text, bool& whole) {
  return field::read_table<queue_row, fields>(text, whole, read_row);
}

std::vector<bad_row> parse_queue_rows(std::string_view text, bool& whole,
                                      const std::function<void(const queue_row&, std::size_t)>& row) {
  fields columns;
  queue_row one;  // for all rows: it keeps its strings' memory
  return field::read_lines(text, whole, [&](std::string_view line) {
    const auto why = read_row(line, columns, one);
    if (why.empty())
      row(one, static_cast<std::size_t>(line.data() - text.data()));
    return why;
  });
}

std::optional<queue_row> parse_queue_line(std::string_view line) {
  fields columns;
  std::optional<queue_row> row{std::in_place};
  if (!read_row(line, columns, *row).empty())
    row.reset();
  return row;
}

}  // namespace settle::slurm

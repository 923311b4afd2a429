#include "io/slurm/fields.hpp"

#include "io/slurm/parse.hpp"

#include <limits>
#include <string>

#include <sys/mman.h>

namespace settle::slurm::field {
namespace {

constexpr std::size_t first_bytes_max = 200;
constexpr std::size_t last_bytes_max = 200;
constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();

/// a * b + c, or nothing if that does not fit. None of them is negative.
std::optional<std::int64_t> multiply_add(std::int64_t a, std::int64_t b, std::int64_t c) noexcept {
  std::int64_t product = 0;
  std::int64_t sum = 0;
  if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum))
    return std::nullopt;
  return sum;
}

std::optional<std::int64_t> whole(std::string_view text) noexcept {
  const auto value = number<std::uint64_t>(text);
  if (!value || *value > static_cast<std::uint64_t>(int64_max))
    return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// "002" of "00:00.002": up to three digits, as thousandths.
std::optional<std::int64_t> thousandths(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 3)
    return std::nullopt;
  auto value = whole(digits);
  for (auto i = digits.size(); value && i < 3; ++i)
    *value *= 10;
  return value;
}

/// Cuts what stands before the last `mark` off `text`'s end; nothing when there is no mark.
std::optional<std::string_view> take_last(std::string_view& text, char mark) noexcept {
  const auto at = text.rfind(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

/// "D-HH:MM:SS", "HH:MM:SS" or "MM:SS" to seconds.
std::optional<std::int64_t> clock_seconds(std::string_view text) noexcept {
  std::int64_t total = 0;
  const auto dash = text.find('-');
  const bool with_days = dash != std::string_view::npos;
  if (with_days) {
    const auto days = whole(text.substr(0, dash));
    if (!days)
      return std::nullopt;
    total = *days;
    text.remove_prefix(dash + 1);
  }
  auto seconds = take_last(text, ':');
  auto minutes = take_last(text, ':');
  const auto hours = minutes ? std::optional(text) : std::nullopt;
  if (!seconds || (with_days && !hours))
    return std::nullopt;
  if (!minutes)
    minutes = text;
  for (const auto& [part, base] : {std::pair{hours, 24}, std::pair{minutes, 60}, std::pair{seconds, 60}}) {
    const auto value = part ? whole(*part) : 0;
    const auto sum = value ? multiply_add(total, base, *value) : std::nullopt;
    if (!sum)
      return std::nullopt;
    total = *sum;
  }
  return total;
}

/// "01:02:03.004", "01:02:03" and "02:03.004", the forms that nearly every row has, without a search for marks.
/// Nothing: another form, which may still be well.
std::optional<std::int64_t> short_clock_ms(std::string_view text) noexcept {
  std::int64_t total = 0;
  std::size_t at = 0;
  bool good = true;
  const auto digits = [&](std::size_t end, std::int64_t& value) {
    for (; at < end; ++at) {
      good &= text[at] >= '0' && text[at] <= '9';
      value = value * 10 + (text[at] - '0');
    }
  };
  const std::size_t parts = text.size() == 9 ? 2 : 3;
  if (text.size() != 8 && text.size() != 9 && text.size() != 12)
    return std::nullopt;
  for (std::size_t i = 0; i < parts; ++i) {
    std::int64_t part = 0;
    digits(at + 2, part);
    total = total * 60 + part;
    if (i + 1 < parts)
      good &= text[at++] == ':';
  }
  std::int64_t fraction = 0;
  if (at < text.size()) {
    good &= text[at++] == '.';
    digits(text.size(), fraction);
  }
  return good ? std::optional(total * 1000 + fraction) : std::nullopt;
}

/// Bytes per unit: K M G T P E; 0: no unit we know.
std::int64_t unit_of(char letter) noexcept {
  constexpr std::string_view units = "KMGTPE";
  const auto at = units.find(letter);
  return at == std::string_view::npos ? 0 : std::int64_t{1} << (10 * (at + 1));
}

std::size_t digits_at(std::string_view text, std::size_t from) noexcept {
  auto at = from;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9')
    ++at;
  return at;
}

/// "5", "3-9" or "3-9:2", ascending.
bool is_task_range(std::string_view text) noexcept {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos)
    return number<std::uint32_t>(text).has_value();
  const auto colon = text.find(':', dash);
  const auto first = number<std::uint32_t>(text.substr(0, dash));
  const auto last = number<std::uint32_t>(text.substr(dash + 1, colon - dash - 1));
  if (!first || !last || *first > *last)
    return false;
  return colon == std::string_view::npos || number<std::uint32_t>(text.substr(colon + 1)).value_or(0) > 0;
}

}  // namespace

std::optional<std::int64_t> cpu_ms(std::string_view text) noexcept {
  if (const auto usual = short_clock_ms(text))
    return usual;
  std::int64_t milliseconds = 0;
  if (const auto fraction = take_last(text, '.')) {
    const auto value = thousandths(*fraction);
    if (!value)
      return std::nullopt;
    milliseconds = *value;
  }
  const auto seconds = clock_seconds(text);
  if (!seconds)
    return std::nullopt;
  return multiply_add(*seconds, 1000, milliseconds);
}

std::optional<std::int64_t> bytes(std::string_view text) noexcept {
  if (text.empty())
    return std::nullopt;
  std::int64_t unit = unit_of(text.back());
  if (unit != 0)
    text.remove_suffix(1);
  else
    unit = 1;
  const auto dot = text.find('.');
  const auto value = whole(text.substr(0, dot));
  if (!value)
    return std::nullopt;
  std::int64_t part = 0;
  if (dot != std::string_view::npos) {
    const auto digits = text.substr(dot + 1);
    const auto fraction = digits.size() <= 6 ? whole(digits) : std::nullopt;
    if (!fraction)
      return std::nullopt;
    double scaled = static_cast<double>(*fraction) * static_cast<double>(unit);
    for (std::size_t i = 0; i < digits.size(); ++i)
      scaled /= 10;
    part = static_cast<std::int64_t>(scaled);  // below one unit, so it fits
  }
  return multiply_add(*value, unit, part);
}

bool is_task_expression(std::string_view text) noexcept {
  if (const auto limit = text.find('%'); limit != std::string_view::npos) {
    if (!number<std::uint32_t>(text.substr(limit + 1)))
      return false;
    text = text.substr(0, limit);
  }
  while (true) {
    const auto comma = text.find(',');
    if (!is_task_range(text.substr(0, comma)))
      return false;
    if (comma == std::string_view::npos)
      return true;
    text.remove_prefix(comma + 1);
  }
}

std::optional<id_column> job_id_column(std::string_view text) noexcept {
  id_column out;
  auto at = digits_at(text, 0);
  const auto id = job_id(text.substr(0, at));
  if (!id)
    return std::nullopt;
  out.job_id = *id;
  if (text.substr(at).starts_with("_[")) {
    const auto close = text.find(']', at);
    if (close == std::string_view::npos)
      return std::nullopt;
    out.tasks = text.substr(at + 2, close - at - 2);
    out.bracketed = true;
    at = close + 1;
  } else if (at < text.size() && (text[at] == '_' || text[at] == '+')) {
    const auto end = digits_at(text, at + 1);
    if (end == at + 1)
      return std::nullopt;
    if (text[at] == '_')
      out.tasks = text.substr(at + 1, end - at - 1);
    else
      out.component = true;
    at = end;
  }
  if (at == text.size())
    return out;
  if (text[at] != '.' || at + 1 == text.size())
    return std::nullopt;
  out.step = text.substr(at + 1);
  return out;
}

bool read_tasks(std::uint64_t array_job_id, std::string_view tasks, array_tasks& out) {
  const auto one = number<std::uint32_t>(tasks);
  if (!one && !is_task_expression(tasks))
    return false;
  out.array_job_id = array_job_id;
  if (one)
    out.task_id = one;
  else
    out.expression = tasks;
  return true;
}

std::string printable(std::string_view words) {
  std::string out(words);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return out;
}

bad_row set_aside(std::string_view line, std::string_view why, std::optional<std::uint64_t> job) {
  bad_row out{std::string(line.substr(0, first_bytes_max)), std::string(why), job};
  const auto rest = line.substr(std::min(line.size(), first_bytes_max));
  out.cut = rest.size() > last_bytes_max;
  out.last_bytes = rest.substr(rest.size() - std::min(rest.size(), last_bytes_max));
  return out;
}

bad_row set_line_aside(std::string_view line, std::string_view why) {
  auto out = set_aside(line, why, leading_job_id(line));
  out.cut = false;  // the name is the last column
  const auto first = line.find('|');
  const auto second = first == std::string_view::npos ? first : line.find('|', first + 1);
  if (second != std::string_view::npos) {
    // squeue's is a number, sacct's "145_7.batch" or "145_[8-20": what follows the number may be cut.
    const auto column = line.substr(first + 1, second - first - 1);
    out.array_job_id = job_id(column.substr(0, digits_at(column, 0)));
  }
  return out;
}

void ask_for_large_pages(void* begin, std::size_t bytes) noexcept {
  constexpr std::size_t worth_it = 8 << 20;  // a page is 2 MiB, and only whole ones within the memory count
  constexpr std::uintptr_t page = 4096;
  if (bytes < worth_it)
    return;
  const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) & ~(page - 1);
  const auto to = (reinterpret_cast<std::uintptr_t>(begin) + bytes) & ~(page - 1);
  (void)::madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
}

std::optional<std::uint64_t> leading_job_id(std::string_view line) noexcept {
  const auto end = digits_at(line, 0);
  if (end == line.size() || (line[end] != '|' && line[end] != '.'))
    return std::nullopt;
  return job_id(line.substr(0, end));
}

}  // namespace settle::slurm::field

namespace settle::slurm {

array_tasks parse_array_id(std::string_view text) {
  array_tasks out;
  const auto id = field::job_id_column(text);
  if (id && !id->tasks.empty())
    field::read_tasks(id->job_id, id->tasks, out);
  return out;
}

}  // namespace settle::slurm

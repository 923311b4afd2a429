#include "io/slurm/site.hpp"

#include "io/slurm/commands.hpp"
#include "io/slurm/fields.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace settle::slurm {
namespace {

using std::string_view;

string_view trimmed(string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Calls `each` with every part between two separators.
template <class Each>
void for_parts(string_view text, char separator, Each each) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    each(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// "300 sec", "1001": the number in front, in whole. "UNLIMITED" and the like: absent.
std::optional<std::uint64_t> leading_number(string_view value) noexcept {
  return field::number<std::uint64_t>(value.substr(0, value.find(' ')));
}

std::optional<std::chrono::seconds> seconds_of(string_view value) noexcept {
  const auto n = field::number<std::uint32_t>(value.substr(0, value.find(' ')));
  return n ? std::optional(std::chrono::seconds{*n}) : std::nullopt;
}

bool is_null(string_view value) noexcept {
  return value.empty() || value == "(null)" || value == "N/A";
}

/// `name=value` among options between commas: the value.
std::optional<std::uint64_t> option_number(string_view options, string_view name) {
  std::optional<std::uint64_t> found;
  for_parts(options, ',', [&](string_view option) {
    const auto equals = option.find('=');
    if (equals != string_view::npos && option.substr(0, equals) == name)
      found = field::number<std::uint64_t>(option.substr(equals + 1));
  });
  return found;
}

std::optional<rate_limit> rate_of(string_view slurmctld_parameters) {
  bool on = false;
  for_parts(slurmctld_parameters, ',', [&](string_view option) { on = on || option == "rl_enable"; });
  if (!on)
    return std::nullopt;
  rate_limit limit;
  limit.bucket = option_number(slurmctld_parameters, "rl_bucket_size").value_or(limit.bucket);
  limit.refill = option_number(slurmctld_parameters, "rl_refill_rate").value_or(limit.refill);
  limit.period_s = option_number(slurmctld_parameters, "rl_refill_period").value_or(limit.period_s);
  return limit;
}

void read_accounting_entry(configuration& out, string_view key, string_view value) {
  if (key == "AccountingStorageType") {
    out.accounting_storage = is_null(value) ? "" : value;
  } else if (key == "AccountingStorageEnforce" && !is_null(value) && value != "none") {
    for_parts(value, ',', [&](string_view word) { out.accounting_enforce.emplace_back(word); });
  }
}

void read_entry(configuration& out, string_view key, string_view value) {
  if (key == "ClusterName")
    out.cluster = is_null(value) ? "" : value;
  else if (key == "SLURM_VERSION")
    out.controller_version = parse_version(value);
  else if (key == "MaxArraySize")
    out.max_array_size = leading_number(value);
  else if (key == "MaxJobCount")
    out.max_job_count = leading_number(value);
  else if (key == "MinJobAge")
    out.min_job_age = seconds_of(value);
  else if (key == "MessageTimeout")
    out.message_timeout = seconds_of(value);
  else if (key == "JobRequeue" && (value == "0" || value == "1"))
    out.job_requeue = value == "1";
  else if (key == "SchedulerParameters")
    out.max_script_bytes = option_number(value, "max_script_size").value_or(out.max_script_bytes);
  else if (key == "SlurmctldParameters")
    out.rate = rate_of(value);
  else
    read_accounting_entry(out, key, value);
}

io::command question(std::vector<std::string> argv, std::chrono::milliseconds deadline) {
  io::command out;
  out.argv = std::move(argv);
  out.deadline = deadline;
  return out;
}

}  // namespace

std::optional<version> parse_version(string_view text) {
  text = text.substr(0, text.find('\n'));
  std::optional<version> found;
  for_parts(text, ' ', [&](string_view word) {
    if (found || word.empty() || word.front() < '0' || word.front() > '9')
      return;
    std::array<std::uint32_t, 3> parts{};
    std::size_t read = 0;
    for (; read < parts.size(); ++read) {
      const auto digits = std::min(word.find_first_not_of("0123456789"), word.size());
      const auto n = field::number<std::uint32_t>(word.substr(0, digits));
      if (!n)
        break;
      parts[read] = *n;
      word.remove_prefix(digits);
      if (!word.starts_with('.')) {
        ++read;
        break;
      }
      word.remove_prefix(1);
    }
    if (read >= 2)
      found = version{parts[0], parts[1], parts[2]};
  });
  return found;
}

std::string version_words(const version& v) {
  char text[48];
  std::snprintf(text, sizeof text, "%u.%02u.%u", v.year, v.month, v.patch);
  return text;
}

std::vector<controller_host> parse_controllers(string_view text) {
  constexpr string_view opening = "Slurmctld(", at = ") at ", up = " is UP", down = " is DOWN";
  std::vector<controller_host> out;
  for_parts(text, '\n', [&](string_view line) {
    const auto role_end = line.find(at);
    if (!line.starts_with(opening) || role_end == string_view::npos)
      return;
    const bool is_up = line.ends_with(up);
    if (!is_up && !line.ends_with(down))
      return;
    const auto role = line.substr(opening.size(), role_end - opening.size());
    auto host = line.substr(role_end + at.size());
    host.remove_suffix(std::min(host.size(), is_up ? up.size() : down.size()));
    out.push_back({std::string(role), std::string(host), is_up});
  });
  return out;
}

bool configuration::accounting_off() const {
  return accounting_storage.empty() || accounting_storage == "accounting_storage/none" || enforces("nojobs");
}

bool configuration::enforces(string_view word) const {
  return std::find(accounting_enforce.begin(), accounting_enforce.end(), word) != accounting_enforce.end();
}

configuration parse_config(string_view text) {
  constexpr string_view as_of = "Configuration data as of ";
  configuration out;
  for_parts(text, '\n', [&](string_view line) {
    if (line.starts_with(as_of)) {
      out.answered_at = field::epoch(line.substr(as_of.size()));
      return;
    }
    const auto equals = line.find('=');
    if (equals != string_view::npos)
      read_entry(out, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
  });
  out.controllers = parse_controllers(text);
  return out;
}

std::optional<std::int64_t> parse_diagnostics_time(string_view text) {
  std::optional<std::int64_t> found;
  for_parts(text, '\n', [&](string_view line) {
    const auto open = line.rfind('(');
    if (!found && line.starts_with("sdiag output at ") && open != string_view::npos && line.ends_with(')'))
      found = field::epoch(line.substr(open + 1, line.size() - open - 2));
  });
  return found;
}

std::string parse_federation(string_view text) {
  constexpr string_view label = "Federation:";
  std::string found;
  for_parts(text, '\n', [&](string_view line) {
    if (found.empty() && line.starts_with(label))
      found = trimmed(line.substr(label.size()));
  });
  return found;
}

io::command version_command(std::chrono::milliseconds deadline) {
  return question({"sbatch", "--version"}, deadline);
}

io::command config_command(std::chrono::milliseconds deadline) {
  return question({"scontrol", "show", "config"}, deadline);
}

io::command ping_command(std::chrono::milliseconds deadline) {
  return question({"scontrol", "ping"}, deadline);
}

io::command federation_command(std::chrono::milliseconds deadline) {
  return question({"scontrol", "show", "federation"}, deadline);
}

io::result<configuration> read_config(const io::command_result& answer) {
  auto config = parse_config(answer.out);
  if (!config.controller_version)
    return io::fail(io::errc::unavailable, describe_failure("scontrol show config", answer));
  return config;
}

io::result<std::string> read_federation(const io::command_result& answer) {
  if (answer.end.exit != 0)
    return io::fail(io::errc::unavailable, describe_failure("scontrol show federation", answer));
  return parse_federation(answer.out);
}

}  // namespace settle::slurm

// How a task finds its part. Measured with 10,000 tasks of 200 bytes (dash 0.5.12, bash 5.2): a `case` with an arm for
// each is parsed by every task anew (see docs/decisions/0020 for the figures). bash 5 takes a part by `mapfile`, without a
// process: before and behind each part stands a character that is nowhere else in the script (0029). Another
// shell has a read by dd at a computed place: so all parts have one size, padded with newlines, which a command
// substitution takes off again. A part that is not whole is never run.
#include "io/tasks/array_script.hpp"

#include "io/slurm/commands.hpp"
#include "io/tasks/claim_script.hpp"
#include "io/tasks/exit_record_script.hpp"
#include "io/tasks/script_parts.hpp"
#include "io/tasks/shell_text.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <unordered_set>

namespace settle::tasks {

namespace {

using script_parts::export_line;
using script_parts::variable;

constexpr std::string_view part_end = "# end";
constexpr std::size_t part_step = 64;  ///< parts are a multiple of this long
/// Around a task's own text: its first line, names, quotes.
constexpr std::size_t part_overhead = 200;

bool same(const variable& a, const variable& b) {
  return a.value == b.value && a.extends_job == b.extends_job;
}

/// What is alike in all tasks goes into the script once.
class common_ground {
public:
  explicit common_ground(const array_request& array)
      : first_(array.tasks.front().script),
        all_(array.environment ? *array.environment : first_.environment) {
    working_dir_ = std::all_of(array.tasks.begin(), array.tasks.end(), [this](const array_task& t) {
      return t.script.working_dir == first_.working_dir;
    });
    if (array.environment)
      all_.variables.insert(all_.variables.end(), first_.environment.variables.begin(),
                            first_.environment.variables.end());
    for (const auto& v : all_.variables)
      shared_.emplace(v.name, &v);
    given_ = array.environment ? array.environment->variables.size() : 0;
    for (const auto& t : array.tasks)
      drop_what_differs(t.script.environment.variables);
    for (const auto& v : all_.variables)
      exported_.insert(v.name);
    for (const auto& t : array.tasks)
      if (!names_as_first(t.script.environment.variables))
        for (const auto& v : t.script.environment.variables)
          exported_.insert(v.name);
    // The shared are exported first: no word of another may see that.
    for (const auto& t : array.tasks)
      for (const auto& v : t.script.environment.variables)
        if (!is_shared(v) && refers_to_shared(v))
          shared_.clear();
  }

  bool working_dir() const { return working_dir_; }
  /// The first task's whole one: its init is that of all.
  const resolved_environment& environment() const { return all_; }
  bool is_shared(const variable& v) const { return shared_.count(v.name) != 0; }
  bool is_repeatable(const variable& v) const { return script_parts::repeatable(v, exported_); }

private:
  /// As a rule: the same rules gave them their variables.
  bool names_as_first(const std::vector<variable>& variables) const {
    const auto& first = first_.environment.variables;
    return std::equal(variables.begin(), variables.end(), first.begin(), first.end(),
                      [](const variable& a, const variable& b) { return a.name == b.name; });
  }
  void drop_what_differs(const std::vector<variable>& variables) {
    if (names_as_first(variables)) {
      for (std::size_t i = 0; i < variables.size(); ++i)
        if (!same(variables[i], first_.environment.variables[i]))
          shared_.erase(variables[i].name);
      return;
    }
    std::unordered_map<std::string_view, const variable*> own;
    for (std::size_t i = 0; i < given_; ++i)
      own.emplace(all_.variables[i].name, &all_.variables[i]);
    for (const auto& v : variables)
      own.emplace(v.name, &v);
    std::erase_if(shared_, [&](const auto& s) {
      const auto found = own.find(s.first);
      return found == own.end() || !same(*found->second, *s.second);
    });
  }
  bool refers_to_shared(const variable& v) const {
    if (v.value.find('$') == std::string::npos)
      return false;
    const auto names = script_parts::references(v);
    return std::any_of(names.begin(), names.end(),
                       [this](std::string_view name) { return shared_.count(name) != 0; });
  }

  const script_request& first_;
  resolved_environment all_;
  std::size_t given_ = 0;  ///< of its variables, the first so many are every task's
  bool working_dir_ = false;
  std::unordered_map<std::string_view, const variable*> shared_;
  std::unordered_set<std::string_view> exported_;
};

std::string part_of(const array_task& task, const common_ground& common) {
  const auto& s = task.script;
  const auto own = [&](const variable& v) { return !common.is_shared(v); };
  std::string out;
  out.reserve(array_part_bytes(s));
  out += "# task ";
  out += std::to_string(task.index);
  out += ' ';
  out += s.token;
  out += ' ';
  out += task.log_stem;
  out += '\n';
  out += export_line(s.environment.variables, own);
  if (!common.working_dir())
    out += script_parts::enter_line(s.working_dir, s.token);
  if (!common.environment().init.empty())
    out += "settle_again=" +
           single_quoted(export_line(s.environment.variables,
                                     [&](const variable& v) { return own(v) && common.is_repeatable(v); })) +
           "\n";
  out += "settle_command=";
  out += single_quoted(s.command);
  out += '\n';
  out += part_end;
  return out;
}

/// Its own names of the two files that Slurm has opened; what slurmstepd has to say of it goes there as well, for it
/// writes to the open file.
std::string logs_line(const array_request& array) {
  std::string out;
  for (const auto& [extension, descriptor] : {std::pair{".out", "1"}, std::pair{".err", "2"}}) {
    const auto from =
        single_quoted(array.logs + "/" + array.token + "_") + "\"$SLURM_ARRAY_TASK_ID" + extension + "\"";
    const auto to = single_quoted(array.logs + "/") + "\"$settle_log" + extension + "\"";
    out += "command -p mv -f " + from + " " + to + " 2>/dev/null || command exec " + descriptor + ">" + to +
           "\n";
  }
  return out;
}

/// Printable, since not everything that handles scripts bears other characters; seldom in commands.
constexpr std::string_view separators = "~^`,QW";

/// `separator`: 0 where there is none.
std::string find_part(const array_request& array, std::size_t size, std::size_t before, char separator) {
  const auto launch_failure =
      "printf 'settle: launch_failure %s: its part of the array'\\''s script cannot be read\\n' " +
      array.token + " >&2; exit " + std::to_string(launch_failure_exit);
  const auto is_whole =
      "case $settle_part in\n\"# task ${SLURM_ARRAY_TASK_ID-} \"*\"" + std::string(part_end) + "\") ;;\n*) ";
  const auto read = "settle_part=$(command -p dd if=\"$0\" bs=" + std::to_string(size) + " skip=\"$((" +
                    std::to_string(before) + " + ${SLURM_ARRAY_TASK_ID:-0}))\" count=1 2>/dev/null)\n";
  std::string find = read;
  if (separator != 0) {
    const auto number = static_cast<unsigned>(separator);
    const std::string octal{static_cast<char>('0' + number / 64), static_cast<char>('0' + number / 8 % 8),
                            static_cast<char>('0' + number % 8)};
    find = "settle_part=\ncase ${BASH_VERSION-} in [5-9].*)\n  mapfile -d $'\\" + octal +
           "' -s \"$((2 * ${SLURM_ARRAY_TASK_ID:-0} + 1))\" -n 1 -t settle_part <\"$0\" ;;\nesac\n" +
           is_whole + read + "  settle_part=${settle_part#?}\n  settle_part=${settle_part%?} ;;\nesac\n";
  }
  return find + is_whole + launch_failure +
         " ;;\nesac\n"
         "settle_token=${settle_part#\"# task $SLURM_ARRAY_TASK_ID \"}\n"
         "settle_log=${settle_token#* }\n"
         "settle_log=${settle_log%%\"\n\"*}\n"
         "settle_token=${settle_token%% *}\n";
}

/// All before the parts but for where they are.
std::string common_part(const array_request& array, const common_ground& common) {
  const auto& first = array.tasks.front().script;
  const auto& env = common.environment();
  const bool records = !first.exit_record.empty();
  const auto shared = [&](const variable& v) { return common.is_shared(v); };
  const auto folder_of = [](const std::string& file) { return file.substr(0, file.rfind('/') + 1); };
  const std::string job = "${SLURM_ARRAY_JOB_ID-}_${SLURM_ARRAY_TASK_ID-}";
  std::string out;
  if (!first.claim.empty())  // before its log files get their names: the other job's have them
    out += claim_prelude({folder_of(first.claim), true, "$settle_token", job});
  out += logs_line(array);
  if (records)
    out += record_prelude({folder_of(first.exit_record), true, array.token, "$settle_token", job});
  out += export_line(env.variables, shared);
  out += "eval \"$settle_part\"\n";
  if (common.working_dir())
    out += script_parts::enter_line(first.working_dir, "$settle_token");
  out += "unset settle_part settle_token settle_log\n";
  const auto run_init = [&](const std::string& text) {
    out += records ? recorded_eval(array.token, evaluated::init, text)
                   : "eval " + single_quoted(text.starts_with('-') ? " " + text : text) + "\n";
  };
  if (!env.init.empty()) {
    run_init(env.init);
    out +=
        export_line(env.variables, [&](const variable& v) { return shared(v) && common.is_repeatable(v); });
    out += "eval \"$settle_again\"\nunset settle_again\n";
  }
  if (!env.task_init.empty())
    run_init(env.task_init);
  out += records ? recorded_eval_of(array.token, "settle_command")
                 : std::string("eval \"unset settle_command\n:\n$settle_command\"\n");
  return out + "exit\n";
}

bool has_none(const std::vector<std::string>& texts, char c) {
  return std::none_of(texts.begin(), texts.end(),
                      [c](const std::string& t) { return t.find(c) != std::string::npos; });
}

/// All but the parts, in slots of this size; `parts` of them.
std::string head_of(const array_request& array, std::size_t size, const std::string& rest, char separator) {
  std::string out;
  std::size_t before = 0;  // in parts
  do {
    ++before;
    out = std::string(script_parts::go_on_in_bash) + find_part(array, size, before, separator) + rest;
  } while (out.size() > before * size);
  out.resize(before * size, '\n');
  return out;
}

}  // namespace

std::optional<std::string> array_log_pattern(const std::string& logs, std::string_view array_token,
                                             std::string_view extension) {
  if (logs.find('\\') != std::string::npos)
    return std::nullopt;
  return slurm::escape_pattern(logs) + "/" + std::string(array_token) + "_%a." + std::string(extension);
}

std::size_t array_part_bytes(const script_request& s) {
  return part_overhead + s.command.size() + s.working_dir.size();
}

std::optional<std::string> array_script(const array_request& array, std::size_t bytes_max) {
  assert(!array.tasks.empty());
  const common_ground common(array);
  std::vector<std::string> parts;
  std::size_t size = 0;
  for (const auto& task : array.tasks) {
    assert(task.script.command.find('\0') == std::string::npos);
    parts.push_back(part_of(task, common));
    size = std::max(size, parts.back().size() + 2);  // with what separates it
  }
  size = (size + part_step - 1) / part_step * part_step;
  const auto last = array.tasks.back().index;
  if ((std::size_t{last} + 2) * size > bytes_max)
    return std::nullopt;
  const auto rest = common_part(array, common);
  std::string out = head_of(array, size, rest, 0);
  char separator = 0;
  for (const char c : separators)
    if (auto with = head_of(array, size, rest, c); has_none(parts, c) && with.find(c) == std::string::npos) {
      out = std::move(with);
      separator = c;
      break;
    }
  const auto begin = out.size();
  out.reserve(begin + (std::size_t{last} + 1) * size);
  const std::string fence(separator != 0 ? 1 : 0, separator);
  auto part = parts.begin();
  for (std::uint32_t index = 0; index <= last; ++index) {
    out += fence;
    if (array.tasks[static_cast<std::size_t>(part - parts.begin())].index == index)
      out += *part++;
    out += fence;
    out.resize(begin + (std::size_t{index} + 1) * size, '\n');
  }
  if (out.size() > bytes_max)
    return std::nullopt;
  return out;
}

}  // namespace settle::tasks

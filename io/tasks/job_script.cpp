#include "io/tasks/job_script.hpp"

#include "io/tasks/exit_record_script.hpp"
#include "io/tasks/shell_text.hpp"
#include "io/tasks/wording.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_set>

namespace settle::tasks {

namespace {

using variable = resolved_environment::variable;

constexpr std::size_t shown_path_max = 1000;  // keeps the mark within the 4 KiB that are searched for it

// An argument tells that this is bash already, so that a `bash` that is none cannot loop. A plain sh (dash) drops
// environment entries whose names are none of its own, among them exported bash functions such as `module`;
// they are read from /proc and handed on.
constexpr std::string_view go_on_in_bash = R"sh(#!/bin/sh
# A job of settle. The task's command stands at the end.
if [ "$#" -eq 0 ] && [ -r "$0" ] && command -v bash >/dev/null 2>&1; then
  if [ -z "${BASH_VERSION:-}" ] && grep -q BASH_FUNC_ "/proc/$$/environ" 2>/dev/null; then
    eval "set -- $(BASH_ENV='' LC_ALL=C bash --norc -c 'printf -v q "\\047"
      while IFS= read -r -d "" e; do
        case ${e%%=*} in BASH_FUNC_*) printf " %s" "$q${e//$q/$q\\$q$q}$q" ;; esac
      done <"/proc/$1/environ"' bash "$$" 2>/dev/null)"
  fi
  if [ "$#" -eq 0 ]; then exec bash "$0" settle; else exec env "$@" bash "$0" settle; fi
fi
set --
)sh";

/// The value as one shell word: literal parts in single quotes, `${NAME}` in double quotes.
std::string shell_value(const variable& v) {
  std::string out;
  std::string_view rest = v.value;
  if (v.extends_job) {
    out += "\"${" + v.name + ":+${" + v.name + "}:}\"";
    rest.remove_prefix(v.name.size() + 4);
  }
  std::size_t copied = 0;
  for (auto dollar = rest.find('$'); dollar != std::string_view::npos; dollar = rest.find('$', dollar + 1)) {
    const std::string_view name = reference_at(rest, dollar);
    if (name.empty())
      continue;
    if (dollar > copied)
      out += single_quoted(rest.substr(copied, dollar - copied));
    out += "\"${" + std::string(name) + "-}\"";
    copied = dollar + name.size() + 3;
  }
  if (copied < rest.size() || out.empty())
    out += single_quoted(rest.substr(copied));
  return out;
}

/// One export for all: the shell expands every word before it sets the first variable, so that a `${NAME}` always
/// means what the job started with.
std::string export_line(const std::vector<variable>& variables, const auto& wanted) {
  std::string out;
  for (const variable& v : variables) {
    if (wanted(v))
      out += " \\\n  " + v.name + "=" + shell_value(v);
  }
  return out.empty() ? out : "export" + out + "\n";
}

/// True when exporting it once more, after init, gives the same value: nothing in it that we export.
bool repeatable(const variable& v, const std::unordered_set<std::string_view>& exported) {
  for (auto dollar = v.value.find('$'); dollar != std::string::npos; dollar = v.value.find('$', dollar + 1)) {
    const std::string_view name = reference_at(v.value, dollar);
    if (!name.empty() && exported.contains(name))
      return false;
  }
  return true;
}

/// `eval` of the text as it is. It takes the text as a builtin's argument: no limit of exec applies.
std::string eval_line(const script_request& request, evaluated what, const std::string& text) {
  if (!request.exit_record.empty())
    return recorded_eval(request.token, what, text);
  // bash would take a leading dash for an option, dash would run `--`; a blank ends both.
  const std::string line = "eval " + single_quoted(text.starts_with('-') ? " " + text : text) + "\n";
  return what == evaluated::command ? ":\n" + line : line;  // the command starts with $? at 0
}

std::string enter_line(const script_request& request) {
  if (request.working_dir.empty())
    return {};
  const std::string enter = cd_command(request.working_dir);
  const std::string path = visible_line(request.working_dir, shown_path_max);
  const std::string words = launch_failure_mark(request.token) + ": cannot enter working_dir " + path;
  // bash ends its message with the system's words; only a plain path cannot confuse that.
  const bool plain = path == request.working_dir;
  return enter + " || {\n  settle_why=" + (plain ? "$(" + enter + " 2>&1 >/dev/null)" : "") +
         "\n  [ -n \"${BASH_VERSION:-}\" ] || settle_why=\n  printf '%s%s\\n' " + single_quoted(words) +
         " \"${settle_why:+ (${settle_why##*: })}\" >&2\n  exit " + std::to_string(launch_failure_exit) +
         "\n}\n";
}

}  // namespace

std::string job_script(const script_request& request) {
  assert(request.command.find('\0') == std::string::npos);
  const resolved_environment& env = request.environment;
  std::string out(go_on_in_bash);
  out.reserve(out.size() + request.command.size() + request.command.size() / 8 + 1024);
  if (!request.exit_record.empty())
    out += record_prelude(request.exit_record, request.token);
  out += export_line(env.variables, [](const variable&) { return true; });
  out += enter_line(request);
  if (!env.init.empty()) {
    std::unordered_set<std::string_view> exported;
    for (const variable& v : env.variables)
      exported.insert(v.name);
    out += eval_line(request, evaluated::init, env.init);
    out += export_line(env.variables, [&](const variable& v) { return repeatable(v, exported); });
  }
  if (!env.task_init.empty())
    out += eval_line(request, evaluated::init, env.task_init);
  out += eval_line(request, evaluated::command, request.command);
  return out;
}

}  // namespace settle::tasks

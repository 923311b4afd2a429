#include "io/tasks/script_parts.hpp"

#include "io/tasks/job_script.hpp"
#include "io/tasks/shell_text.hpp"

#include <algorithm>

namespace settle::tasks::script_parts {

namespace {

constexpr std::size_t shown_path_max = 1000;  // keeps the mark within the 4 KiB that are searched for it

/// The value as one shell word: literal parts in single quotes, `${NAME}` in double quotes.
void add_shell_value(std::string& out, const variable& v) {
  const auto before = out.size();
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
      add_single_quoted(out, rest.substr(copied, dollar - copied));
    out += "\"${" + std::string(name) + "-}\"";
    copied = dollar + name.size() + 3;
  }
  if (copied < rest.size() || out.size() == before)
    add_single_quoted(out, rest.substr(copied));
}

}  // namespace

// An argument tells that this is bash already, so that a `bash` that is none cannot loop. A plain sh (dash) drops
// environment entries whose names are none of its own, among them exported bash functions such as `module`;
// they are read from /proc and handed on.
const std::string_view go_on_in_bash = R"sh(#!/bin/sh
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

std::string export_words(const std::vector<variable>& variables, bool (*wanted)(const variable&, const void*),
                         const void* context) {
  std::string out;
  for (const variable& v : variables) {
    if (!wanted(v, context))
      continue;
    out += out.empty() ? "export \\\n  " : " \\\n  ";
    out += v.name;
    out += '=';
    add_shell_value(out, v);
  }
  if (!out.empty())
    out += '\n';
  return out;
}

std::vector<std::string_view> references(const variable& v) {
  std::vector<std::string_view> out;
  const std::string_view value = v.value;
  for (auto dollar = value.find('$'); dollar != std::string_view::npos; dollar = value.find('$', dollar + 1))
    if (const std::string_view name = reference_at(value, dollar); !name.empty())
      out.push_back(name);
  return out;
}

bool repeatable(const variable& v, const std::unordered_set<std::string_view>& exported) {
  const auto names = references(v);
  return std::none_of(names.begin(), names.end(),
                      [&](std::string_view name) { return exported.contains(name); });
}

std::string enter_line(const std::string& working_dir, std::string_view token) {
  if (working_dir.empty())
    return {};
  const std::string enter = cd_command(working_dir);
  const std::string path = visible_line(working_dir, shown_path_max);
  // bash ends its message with the system's words; only a plain path cannot confuse that.
  const bool plain = path == working_dir;
  return enter + " || {\n  settle_why=" + (plain ? "$(" + enter + " 2>&1 >/dev/null)" : "") +
         "\n  [ -n \"${BASH_VERSION:-}\" ] || settle_why=\n  printf '%s%s\\n' \"" +
         launch_failure_mark(token) + "\"" + single_quoted(": cannot enter working_dir " + path) +
         " \"${settle_why:+ (${settle_why##*: })}\" >&2\n  exit " + std::to_string(launch_failure_exit) +
         "\n}\n";
}

}  // namespace settle::tasks::script_parts

#include "io/tasks/job_script.hpp"

#include "io/tasks/claim_script.hpp"
#include "io/tasks/exit_record_script.hpp"
#include "io/tasks/script_parts.hpp"
#include "io/tasks/shell_text.hpp"

#include <cassert>
#include <unordered_set>

namespace settle::tasks {

namespace {

using script_parts::export_line;
using script_parts::variable;

/// `eval` of the text as it is. It takes the text as a builtin's argument: no limit of exec applies.
std::string eval_line(const script_request& request, evaluated what, const std::string& text) {
  if (!request.exit_record.empty())
    return recorded_eval(request.token, what, text);
  // bash would take a leading dash for an option, dash would run `--`; a blank ends both.
  const std::string line = "eval " + single_quoted(text.starts_with('-') ? " " + text : text) + "\n";
  return what == evaluated::command ? ":\n" + line : line;  // the command starts with $? at 0
}

/// As Slurm itself does where it is not told to go on in them. Not before the claim: they may be another job's.
std::string anew_line(const std::vector<std::string>& logs) {
  if (logs.empty())
    return {};
  std::string empty;
  for (const auto& log : logs)
    empty +=
        " { :; } >|" + single_quoted(log) + ";";  // `:` alone would end dash where the file cannot be opened
  return "case ${SLURM_RESTART_COUNT:-0} in 0) ;; *) {" + empty + " } 2>/dev/null ;; esac\n";
}

}  // namespace

std::string job_script(const script_request& request) {
  assert(request.command.find('\0') == std::string::npos);
  const resolved_environment& env = request.environment;
  std::string out(script_parts::go_on_in_bash);
  out.reserve(out.size() + request.command.size() + request.command.size() / 8 + 1024);
  if (!request.claim.empty())
    out += claim_prelude({request.claim, false, request.token, "${SLURM_JOB_ID-}"});
  out += anew_line(request.logs);
  if (!request.exit_record.empty())
    out += record_prelude({request.exit_record, false, request.token, request.token, "${SLURM_JOB_ID:-$$}"});
  out += export_line(env.variables, [](const variable&) { return true; });
  out += script_parts::enter_line(request.working_dir, request.token);
  if (!env.init.empty()) {
    std::unordered_set<std::string_view> exported;
    for (const variable& v : env.variables)
      exported.insert(v.name);
    out += eval_line(request, evaluated::init, env.init);
    out +=
        export_line(env.variables, [&](const variable& v) { return script_parts::repeatable(v, exported); });
  }
  if (!env.task_init.empty())
    out += eval_line(request, evaluated::init, env.task_init);
  out += eval_line(request, evaluated::command, request.command);
  return out;
}

}  // namespace settle::tasks

#include "actors/job_spec.hpp"

#include "actors/keys.hpp"
#include "io/tasks/environment.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>

namespace settle::actors {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs seed_of(const run_facts& run, const tasks::task& task, const std::string& token) {
  return {{"SCRIPTHUT_BACKEND", run.backend},
          {"SCRIPTHUT_WORKFLOW", run.title},
          {"SCRIPTHUT_RUN_ID", run.id},
          {"SCRIPTHUT_CREATED_AT", run.created_at},
          {"SETTLE_RUN_ID", run.id},
          {"SETTLE_ITEM_ID", task.id},
          {"SETTLE_TOKEN", token}};
}

/// The file an item's own log goes to: `extension` is "out" or "err".
std::string log_file(const run_facts& run, const std::string& stem, const char* extension) {
  return run.folder + "/logs/" + stem + "." + extension;
}

std::string exits_folder(const std::string& run_folder) {
  return run_folder + "/exits";
}

}  // namespace

std::string exit_record_file(const std::string& run_folder, const std::string& token) {
  return exits_folder(run_folder) + "/" + token;
}

std::string claim_file(const std::string& run_folder, const std::string& token) {
  return run_folder + "/claims/" + token;
}

std::string absolute_path(std::string_view path, std::string_view base, std::string_view home) {
  if (path.empty())
    return std::string{base};
  if (path.front() == '/')
    return std::string{path};
  if (path == "~")
    return std::string{home};
  if (path.starts_with("~/"))
    return std::string{home} + std::string{path.substr(1)};
  return std::string{base} + "/" + std::string{path};
}

io::result<job_parts> make_job_parts(const run_facts& run, const tasks::document& doc,
                                     const tasks::task& task, core::item_index index,
                                     std::uint32_t submission) {
  job_parts parts;
  auto& spec = parts.spec;
  spec.token = make_token(run.id, index, submission);
  spec.job_name = job_name(task, spec.token);
  auto seed = seed_of(run, task, spec.token);
  auto environment = tasks::resolve_environment(doc, task, seed);
  if (!environment)
    return tl::unexpected(environment.error());
  auto expanded = [&seed](const std::string& text) { return tasks::expand_seed(text, seed); };

  auto working_dir = absolute_path(expanded(task.wants->working_dir), run.start_dir, run.home);
  parts.log_stem = tasks::safe_file_stem(index, task.id);
  auto file_for = [&](const std::string& own, const char* extension, bool& is_pattern) {
    is_pattern = !own.empty();
    return own.empty() ? log_file(run, parts.log_stem, extension)
                       : absolute_path(expanded(own), working_dir, run.home);
  };
  spec.output_file = file_for(task.output_file, "out", spec.output_is_pattern);
  spec.error_file = file_for(task.error_file, "err", spec.error_is_pattern);
  spec.script_file = run.folder + "/scripts/" + parts.log_stem + ".sh";
  spec.wants = task.wants;
  spec.time_limit_s = tasks::time_limit_seconds(task.wants->time_limit);
  if (!task.generates_source.empty())
    spec.generates_source = absolute_path(expanded(task.generates_source), working_dir, run.home);

  if (run.exit_records)
    spec.exit_record = exit_record_file(run.folder, spec.token);
  if (run.backend == "local")
    spec.task_records = exits_folder(run.folder);
  else
    spec.claim = claim_file(run.folder, spec.token);
  // A job that is to exit unrun must not have emptied the files of the one that runs before it could say so.
  spec.appends_logs = !spec.claim.empty() && !spec.output_is_pattern && !spec.error_is_pattern &&
                      !names_open_mode(*task.wants);

  parts.script.command = task.command;
  parts.script.working_dir = working_dir;
  parts.script.environment = std::move(*environment);
  parts.script.token = spec.token;
  parts.script.exit_record = spec.exit_record;
  parts.script.claim = spec.claim;
  return parts;
}

io::result<job_spec> make_job_spec(const run_facts& run, const tasks::document& doc, const tasks::task& task,
                                   core::item_index index, std::uint32_t submission) {
  auto parts = make_job_parts(run, doc, task, index, submission);
  if (!parts)
    return tl::unexpected(parts.error());
  if (parts->spec.appends_logs)
    parts->script.logs = {parts->spec.output_file, parts->spec.error_file};
  parts->spec.script = tasks::job_script(parts->script);
  return std::move(parts->spec);
}

bool names_open_mode(const tasks::resources& wants) {
  return std::any_of(wants.sbatch_args.begin(), wants.sbatch_args.end(),
                     [](const std::string& a) { return a.starts_with("--open"); });
}

std::string job_name(const tasks::task& task, const std::string& token) {
  return tasks::safe_job_name(task.name) + "." + token;
}

}  // namespace settle::actors

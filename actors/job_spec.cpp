#include "actors/job_spec.hpp"

#include "actors/keys.hpp"
#include "io/tasks/environment.hpp"
#include "io/tasks/job_script.hpp"

#include <algorithm>

namespace settle::actors {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view item_id_variable = "SETTLE_ITEM_ID";
constexpr std::string_view token_variable = "SETTLE_TOKEN";

/// What all items of a run have of it.
pairs seed_of(const run_facts& run) {
  return {{"SCRIPTHUT_BACKEND", run.backend},
          {"SCRIPTHUT_WORKFLOW", run.title},
          {"SCRIPTHUT_RUN_ID", run.id},
          {"SCRIPTHUT_CREATED_AT", run.created_at},
          {"SETTLE_RUN_ID", run.id}};
}

pairs seed_of(const run_facts& run, const tasks::task& task, const std::string& token) {
  auto out = seed_of(run);
  out.emplace_back(item_id_variable, task.id);
  out.emplace_back(token_variable, token);
  return out;
}

std::string exits_folder(const std::string& run_folder) {
  return run_folder + "/exits";
}

std::string path_of(std::string_view folder, std::string_view part, std::string_view name) {
  std::string out;
  out.reserve(folder.size() + part.size() + name.size());
  out += folder;
  out += part;
  out += name;
  return out;
}

}  // namespace

std::string log_file(const std::string& run_folder, std::string_view stem, const char* extension) {
  std::string out = run_folder + "/logs/";
  out += stem;
  return out + "." + extension;
}

std::string exit_record_file(const std::string& run_folder, const std::string& token) {
  return path_of(run_folder, "/exits/", token);
}

std::string claim_file(const std::string& run_folder, const std::string& token) {
  return path_of(run_folder, "/claims/", token);
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

namespace {

/// All but the environment.
tasks::script_request request_of(const run_facts& run, const tasks::task& task, const std::string& token,
                                 const std::string& working_dir) {
  tasks::script_request out;
  out.command = task.command;
  out.working_dir = working_dir;
  out.token = token;
  if (run.exit_records)
    out.exit_record = exit_record_file(run.folder, token);
  if (run.backend != "local")
    out.claim = claim_file(run.folder, token);
  return out;
}

/// A task as one submission of it sees its document's words.
struct reading {
  reading(const run_facts& in, const tasks::task& what, core::item_index index, std::uint32_t submission)
      : run(in), task(what), token(make_token(run.id, index, submission)), seed(seed_of(run, task, token)),
        working_dir(path(task.wants->working_dir, run.start_dir)) {}

  std::string path(const std::string& text, const std::string& base) const {
    return absolute_path(tasks::expand_seed(text, seed), base, run.home);
  }
  io::result<tasks::script_request> script(const tasks::document& doc) const {
    auto environment = tasks::resolve_environment(doc, task, seed);
    if (!environment)
      return tl::unexpected(environment.error());
    auto out = request_of(run, task, token, working_dir);
    out.environment = std::move(*environment);
    return out;
  }

  const run_facts& run;
  const tasks::task& task;
  const std::string token;
  const pairs seed;
  const std::string working_dir;
};

}  // namespace

io::result<script_parts> make_script_parts(const run_facts& run, const tasks::document& doc,
                                           const tasks::task& task, core::item_index index,
                                           std::uint32_t submission) {
  auto script = reading(run, task, index, submission).script(doc);
  if (!script)
    return tl::unexpected(script.error());
  return script_parts{std::move(*script), tasks::safe_file_stem(index, task.id)};
}

std::shared_ptr<const tasks::resolved_environment> common_environment(const run_facts& run,
                                                                      const tasks::document& doc) {
  if (tasks::rules_mention(doc, {item_id_variable, token_variable}))
    return nullptr;
  auto environment = tasks::resolve_environment(doc, tasks::task{}, seed_of(run));
  if (!environment)
    return nullptr;
  std::size_t bytes = 0;
  for (const auto& v : environment->variables)
    bytes += v.value.size();
  if (bytes > tasks::environment_bytes_max / 2)  // near the limit each task's own counts
    return nullptr;
  return std::make_shared<const tasks::resolved_environment>(std::move(*environment));
}

bool has_common_environment(const tasks::task& task) {
  return task.env.empty() && !task.own_init && task.init.empty();
}

script_parts make_parts_beside_common(const run_facts& run, const tasks::task& task, core::item_index index,
                                      std::uint32_t submission) {
  const auto token = make_token(run.id, index, submission);
  const auto& dir = task.wants->working_dir;
  const bool plain = dir.find('$') == std::string::npos;
  script_parts out{request_of(run, task, token,
                              absolute_path(plain ? dir : tasks::expand_seed(dir, seed_of(run, task, token)),
                                            run.start_dir, run.home)),
                   tasks::safe_file_stem(index, task.id)};
  auto& own = out.script.environment.variables;
  own.reserve(2);
  own.push_back({std::string{item_id_variable}, task.id});
  own.push_back({std::string{token_variable}, token});
  return out;
}

io::result<job_spec> make_job_spec(const run_facts& run, const tasks::document& doc, const tasks::task& task,
                                   core::item_index index, std::uint32_t submission) {
  const reading read(run, task, index, submission);
  auto script = read.script(doc);
  if (!script)
    return tl::unexpected(script.error());
  job_spec spec;
  spec.token = read.token;
  spec.job_name = job_name(task, spec.token);
  const auto stem = tasks::safe_file_stem(index, task.id);
  const auto file_for = [&](const std::string& own, const char* extension, bool& is_pattern) {
    is_pattern = !own.empty();
    return own.empty() ? log_file(run.folder, stem, extension) : read.path(own, read.working_dir);
  };
  spec.output_file = file_for(task.output_file, "out", spec.output_is_pattern);
  spec.error_file = file_for(task.error_file, "err", spec.error_is_pattern);
  spec.script_file = run.folder + "/scripts/" + stem + ".sh";
  spec.wants = task.wants;
  spec.time_limit_s = tasks::time_limit_seconds(task.wants->time_limit);
  if (!task.generates_source.empty())
    spec.generates_source = read.path(task.generates_source, read.working_dir);
  spec.exit_record = script->exit_record;
  if (run.backend == "local")
    spec.task_records = exits_folder(run.folder);
  spec.claim = script->claim;
  // A job that is to exit unrun must not have emptied the files of the one that runs before it could say so.
  spec.appends_logs = !spec.claim.empty() && !spec.output_is_pattern && !spec.error_is_pattern &&
                      !names_open_mode(*task.wants);
  if (spec.appends_logs)
    script->logs = {spec.output_file, spec.error_file};
  spec.script = tasks::job_script(*script);
  return spec;
}

bool names_open_mode(const tasks::resources& wants) {
  return std::any_of(wants.sbatch_args.begin(), wants.sbatch_args.end(),
                     [](const std::string& a) { return a.starts_with("--open"); });
}

std::string job_name(const tasks::task& task, const std::string& token) {
  return tasks::safe_job_name(task.name) + "." + token;
}

}  // namespace settle::actors

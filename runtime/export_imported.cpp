#include "runtime/export_imported.hpp"

#include "actors/translate/json_writer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <span>

namespace settle {

namespace {

namespace dom = simdjson::dom;
using actors::json_writer;

/// One member in today's form.
struct member {
  std::string_view name;
  std::string_view before;   ///< its name in older files; empty: it had the same, or there was none
  std::string_view missing;  ///< what scripthut takes it for where it is missing
};

constexpr member run_members[] = {{"version", "", "2"},
                                  {"id", "", "null"},
                                  {"workflow_name", "", "null"},
                                  {"backend_name", "cluster_name", "null"},
                                  {"created_at", "", "null"},
                                  {"max_concurrent", "", "null"},
                                  {"log_dir", "", "\"~/.cache/scripthut/logs\""},
                                  {"account", "", "null"},
                                  {"login_shell", "", "false"},
                                  {"commit_hash", "", "null"},
                                  {"git_repo", "", "null"},
                                  {"git_branch", "", "null"},
                                  {"source_name", "", "null"},
                                  {"doc_env", "", "[]"},
                                  {"doc_env_groups", "", "{}"},
                                  {"doc_stacks", "", "{}"},
                                  {"agent_session", "", "false"},
                                  {"agent_mode", "", "null"},
                                  {"agent_session_name", "", "null"}};
constexpr member item_members[] = {{"status", "", "null"},
                                   {"job_id", "slurm_job_id", "null"},
                                   {"user", "", "null"},
                                   {"submitted_at", "", "null"},
                                   {"started_at", "", "null"},
                                   {"finished_at", "", "null"},
                                   {"error", "", "null"},
                                   {"submit_script", "sbatch_script", "null"},
                                   {"submit_output", "", "null"},
                                   {"cpu_efficiency", "", "null"},
                                   {"max_rss", "", "null"},
                                   {"scheduler_state", "sacct_state", "null"},
                                   {"exit_code", "", "null"},
                                   {"outputs", "", "[]"},
                                   {"has_run_summary", "", "false"},
                                   {"pending_reason", "", "null"},
                                   {"cache_key", "", "null"},
                                   {"cache_hit", "", "false"},
                                   {"input_hashes", "", "null"},
                                   {"output_hashes", "", "null"}};
constexpr member task_members[] = {{"id", "", "null"},
                                   {"name", "", "null"},
                                   {"command", "", "null"},
                                   {"working_dir", "", "\"~\""},
                                   {"partition", "", "\"normal\""},
                                   {"cpus", "", "1"},
                                   {"memory", "", "\"4G\""},
                                   {"time_limit", "", "\"1:00:00\""},
                                   {"dependencies", "deps", "[]"},
                                   {"generates_source", "", "null"},
                                   {"output_file", "", "null"},
                                   {"error_file", "", "null"},
                                   {"env", "", "[]"},
                                   {"gres", "", "null"},
                                   {"image", "", "null"},
                                   {"inputs", "", "[]"},
                                   {"outputs", "", "[]"},
                                   {"cache", "", "true"},
                                   {"cache_scope", "", "\"commit\""}};

bool says_something(const dom::element& value) {
  std::string_view text;
  return !value.is_null() && (value.get(text) != simdjson::SUCCESS || !text.empty());
}

class current_form {
public:
  current_form(const std::function<void(std::string_view)>& piece, std::vector<std::string>& warnings)
      : piece_(piece), warnings_(warnings) {}

  void write(const dom::object& run, const dom::array& items) {
    out_.open();
    write_members(run, run_members, {"items"});
    out_.open_list("items");
    for (const dom::element item : items) {
      write_item(item);
      piece_(out_.take());
      piece_("\n");
    }
    out_.close_list();
    out_.close();
    piece_(out_.take() + "\n");
    if (named_environments_ > 0)
      warnings_.push_back(
          "the \"environment\" of " + std::to_string(named_environments_) +
          " tasks names one of an old scripthut's configuration: today's form has no place for it");
  }

private:
  /// `apart`: members that are written elsewhere, or have no place in today's form.
  void write_members(const dom::object& from, std::span<const member> members,
                     std::initializer_list<std::string_view> apart) {
    const auto is_apart = [&](std::string_view name) {
      return std::find(apart.begin(), apart.end(), name) != apart.end();
    };
    for (const member& m : members) {
      if (is_apart(m.name))
        continue;
      if (m.name == "env") {
        out_.json(m.name, rules_of(from));
        continue;
      }
      dom::element value, old;
      const bool has = from.at_key(m.name).get(value) == simdjson::SUCCESS;
      // As scripthut reads it: what the new name says counts, where it says anything.
      const bool has_old = !m.before.empty() && from.at_key(m.before).get(old) == simdjson::SUCCESS;
      if (has_old && !(has && says_something(value)))
        value = old;
      out_.json(m.name, has || has_old ? simdjson::minify(value) : std::string(m.missing));
    }
    for (const auto& [name, value] : from) {
      const auto known = [&, &name = name](const member& m) { return m.name == name || m.before == name; };
      if (std::none_of(members.begin(), members.end(), known) && !is_apart(name))
        out_.json(name, simdjson::minify(value));  // a newer scripthut's
    }
  }

  void write_item(const dom::element& item) {
    dom::object from, task;
    out_.open();
    if (item.get(from) == simdjson::SUCCESS) {
      if (from.at_key("task").get(task) == simdjson::SUCCESS)
        write_task(task);
      write_members(from, item_members, {"task"});
    }
    out_.close();
  }

  void write_task(const dom::object& task) {
    out_.open("task");
    write_members(task, task_members, {"environment", "env_vars"});
    dom::element name;
    if (task.at_key("environment").get(name) == simdjson::SUCCESS && says_something(name))
      ++named_environments_;
    out_.close();
  }

  /// Variables were a task's own member once; today they are a rule, and scripthut refuses the old one.
  static std::string rules_of(const dom::object& task) {
    dom::element rules, variables;
    dom::object set;
    if (task.at_key("env").get(rules) == simdjson::SUCCESS && !rules.is_null())
      return simdjson::minify(rules);
    if (task.at_key("env_vars").get(variables) != simdjson::SUCCESS ||
        variables.get(set) != simdjson::SUCCESS || set.size() == 0)
      return "[]";
    return "[{\"set\":" + simdjson::minify(variables) + "}]";
  }

  const std::function<void(std::string_view)>& piece_;
  std::vector<std::string>& warnings_;
  std::size_t named_environments_ = 0;
  json_writer out_;
};

}  // namespace

std::string write_current_form(std::string_view text, const std::function<void(std::string_view)>& piece,
                               std::vector<std::string>& warnings) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  dom::parser parser;
  dom::element root;
  dom::object run;
  dom::array items;
  if (const auto error = parser.parse(text.data(), text.size()).get(root))
    return simdjson::error_message(error);
  if (root.get(run) != simdjson::SUCCESS || run.at_key("items").get(items) != simdjson::SUCCESS)
    return "it is no run.json of scripthut";
  current_form(piece, warnings).write(run, items);
  return {};
}

}  // namespace settle

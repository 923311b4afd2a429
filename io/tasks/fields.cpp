#include "io/tasks/fields.hpp"

#include "io/tasks/wording.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace settle::tasks {

namespace {

constexpr std::array<std::string_view, field_count> keys{
    "working_dir",  "partition",   "account",    "qos",
    "constraint",   "memory",      "time_limit", "gres",
    "cpus",         "sbatch_args", "env",        "init",
    "id",           "name",        "command",    "deps",
    "dependencies", "output_file", "error_file", "generates_source",
    "tasks",        "title",       "env_groups", "image",
    "inputs",       "outputs",     "cache",      "cache_scope",
    "description",  "environment", "env_vars",   ""};

struct alias {
  std::string_view written, meant;
};
/// Words of sbatch and of other tools that people write from habit.
constexpr std::array aliases{alias{"cmd", "command"},         alias{"script", "command"},
                             alias{"run", "command"},         alias{"cwd", "working_dir"},
                             alias{"workdir", "working_dir"}, alias{"chdir", "working_dir"},
                             alias{"mem", "memory"},          alias{"time", "time_limit"},
                             alias{"walltime", "time_limit"}, alias{"timeout", "time_limit"},
                             alias{"depends_on", "deps"},     alias{"depends", "deps"},
                             alias{"needs", "deps"},          alias{"after", "deps"},
                             alias{"stdout", "output_file"},  alias{"output", "output_file"},
                             alias{"stderr", "error_file"},   alias{"error", "error_file"},
                             alias{"ncpus", "cpus"},          alias{"cpus_per_task", "cpus"},
                             alias{"queue", "partition"},     alias{"features", "constraint"},
                             alias{"gpus", "gres"},           alias{"groups", "env_groups"},
                             alias{"args", "sbatch_args"},    alias{"generates", "generates_source"}};

constexpr auto by_name = [] {
  std::array<field, field_count - 1> order{};
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<field>(i);
  std::sort(order.begin(), order.end(), [](field a, field b) {
    return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)];
  });
  return order;
}();

std::vector<std::string_view> allowed_keys(level where) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i + 1 < field_count; ++i) {
    if (allowed(static_cast<field>(i), where) && static_cast<field>(i) != field::dependencies)
      out.push_back(keys[i]);
  }
  return out;
}

std::string_view meant(std::string_view key, level where) {
  for (const alias& a : aliases) {
    if (a.written == key && allowed(find_field(a.meant), where))
      return a.meant;
  }
  const auto candidates = allowed_keys(where);
  return nearest(key, candidates);
}

}  // namespace

std::string_view key_of(field f) {
  return keys[static_cast<std::size_t>(f)];
}

field find_field(std::string_view key) {
  const auto at = std::lower_bound(by_name.begin(), by_name.end(), key,
                                   [](field f, std::string_view wanted) { return key_of(f) < wanted; });
  return at != by_name.end() && key_of(*at) == key ? *at : field::unknown;
}

bool allowed(field f, level where) {
  if (f <= field::init)
    return true;
  if (f <= field::generates_source)
    return where == level::task;
  return f <= field::groups && where == level::document;
}

bool ignored(field f, level where) {
  if (f == field::description)
    return where == level::document;
  return f >= field::image && f <= field::cache_scope && where == level::task;
}

std::string refuse_key(std::string_view key, field f, level where) {
  const std::string quoted = shown(key);
  if (f == field::environment || f == field::env_vars)
    return quoted +
           " is a form that scripthut gave up: write the variables as \"env\": [{\"set\": {\"NAME\": "
           "\"value\"}}], a named bundle as a group in \"env_groups\" and {\"include\": [\"group\"]}";
  if (where == level::document && (allowed(f, level::task) || ignored(f, level::task)))
    return quoted + " belongs in a task, not beside \"tasks\"";
  if (where == level::task && (allowed(f, level::document) || ignored(f, level::document)))
    return quoted + " belongs beside \"tasks\", not in a task";
  std::string words = "unknown key " + quoted;
  if (const std::string_view word = meant(key, where); !word.empty())
    words += "; did you mean \"" + std::string(word) + "\"?";
  return words;
}

}  // namespace settle::tasks

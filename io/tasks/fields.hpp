// Every key that may stand in a task document, in which places, and what to say about a key that may not.
// One table; knows no JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace settle::tasks {

enum class field : std::uint8_t {
  // of a task and, as defaults, beside `tasks`
  working_dir,
  partition,
  account,
  qos,
  constraint,
  memory,
  time_limit,
  gres,
  cpus,
  sbatch_args,
  env,
  init,
  // of a task
  id,
  name,
  command,
  deps,
  dependencies,
  output_file,
  error_file,
  generates_source,
  // beside `tasks`
  tasks,
  title,
  groups,
  // scripthut's, of no use to settle
  image,
  inputs,
  outputs,
  cache,
  cache_scope,
  description,
  // what scripthut had once and refuses now
  environment,
  env_vars,
  unknown
};
inline constexpr std::size_t field_count = static_cast<std::size_t>(field::unknown) + 1;

enum class level : std::uint8_t {
  task,
  document,
  record,  ///< a task as scripthut keeps it with a run: what is not for settle stays there, and is not told
};

field find_field(std::string_view key);
std::string_view key_of(field);

bool allowed(field, level);
/// Known to scripthut at this level and without a use here: a warning.
bool ignored(field, level);
/// Why this key is refused, with the word that was probably meant.
std::string refuse_key(std::string_view key, field, level);

}  // namespace settle::tasks

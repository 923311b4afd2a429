// The task document (scripthut's): bytes to tasks, every problem at once with its line and column. Reads with
// simdjson; knows JSON and field rules, not graphs: ids and deps are checked by the core.
#pragma once

#include "io/result.hpp"
#include "io/tasks/rare_list.hpp"
#include "io/tasks/rare_text.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace settle::tasks {

/// Where in the document's text something stands; both from 1; column counts bytes.
struct place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct problem {
  place at;
  std::string words;  ///< what is wrong and how to mend it
};

/// One env rule (set append init if include), as written.
struct env_rule {
  std::vector<std::pair<std::string, std::vector<std::string>>> when;  ///< `if`: AND of keys, OR of values
  std::vector<std::string> include;
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::pair<std::string, std::string>> append;
  std::string init;
  place at{};  ///< of the rule's opening brace
};
using env_groups = std::map<std::string, std::vector<env_rule>>;

/// What may stand in a task or, as run-wide defaults, beside `tasks`. Empty: not given, not asked for.
struct resources {
  std::string working_dir, partition, account, qos, constraint, memory, time_limit, gres;
  std::optional<std::int64_t> cpus;
  std::vector<std::string> sbatch_args;
  bool operator==(const resources&) const = default;
};

std::shared_ptr<const resources> nothing_wanted();

struct task {
  std::string id, name, command;
  /// The task's own over the document's defaults; shared by tasks that want the same. Never null.
  std::shared_ptr<const resources> wants = nothing_wanted();
  rare_list<std::string> deps;
  rare_text output_file, error_file, generates_source;
  rare_list<env_rule> env;  ///< the task's own
  rare_text init;           ///< shell lines before the command; empty: the document's default
  bool own_init = false;    ///< `init` was given, be it empty
};

struct task_places {
  place at;  ///< of the task's opening brace
  place id;
  rare_list<place> deps;  ///< one for each of its deps
};

struct document {
  std::string title;
  std::vector<task> tasks;
  std::vector<task_places>
      places;  ///< one for each of the tasks, for problems to be told of; empty once it has joined a run
  std::vector<env_rule> env;  ///< for every task of the document
  env_groups groups;
  resources defaults;  ///< beside `tasks`; already in every task's wants
  std::string init;    ///< beside `tasks`: for tasks without their own
};

/// Reads a whole document. Problems are sorted by place; with any of them the document is not to be used.
struct parsed {
  document doc;
  std::vector<problem> problems;
  std::vector<problem> warnings;  ///< keys that scripthut knows and settle has no use for; `$` kept as it is
};
/// Problems beyond this many are counted, not told one by one.
inline constexpr std::size_t problems_told_max = 10'000;

/// `parent`: for a document that a generator wrote, the one the generator stands in. Its defaults, env rules
/// and groups go before the document's own, which win; the result carries both.
parsed parse_document(std::string_view text, const document* parent = nullptr);

/// Reads a file and parses it; a file that cannot be read is one problem at 0:0.
parsed read_document(const std::string& path, const document* parent = nullptr);

/// What a generator's document needs of its parent: everything but the tasks.
document without_tasks(const document&);

/// "1:00:00", "90", "2-12:00", as Slurm's --time reads it, in seconds; UNLIMITED, zero (which Slurm takes as no
/// limit) and unreadable: none.
std::optional<std::int64_t> time_limit_seconds(std::string_view);

}  // namespace settle::tasks

// The pieces of shell text that a job's script and an array's have in common. Private to the scripts.
#pragma once

#include "io/tasks/environment.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace settle::tasks::script_parts {

using variable = resolved_environment::variable;

/// The script's first lines: it goes on in bash where the node has one.
extern const std::string_view go_on_in_bash;

/// One export for all that are `wanted`: the shell expands every word before it sets the first variable, so that a
/// `${NAME}` always means what the job started with. Empty where none is.
std::string export_words(const std::vector<variable>& variables, bool (*wanted)(const variable&, const void*),
                         const void* context);
template <class Wanted>
std::string export_line(const std::vector<variable>& variables, const Wanted& wanted) {
  return export_words(
      variables,
      [](const variable& v, const void* context) { return (*static_cast<const Wanted*>(context))(v); },
      &wanted);
}

/// The names in a value that the job's shell expands.
std::vector<std::string_view> references(const variable& v);

/// True when exporting it once more, after init, gives the same value: nothing in it that we export.
bool repeatable(const variable& v, const std::unordered_set<std::string_view>& exported);

/// Enters the folder, or says the mark in the error file and exits. `token`: a shell word's text that may stand in
/// double quotes.
std::string enter_line(const std::string& working_dir, std::string_view token);

}  // namespace settle::tasks::script_parts

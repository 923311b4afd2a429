// Reads env rules and env groups from a document, and checks the groups as a whole: unknown names and cycles.
#pragma once

#include "io/tasks/document.hpp"
#include "io/tasks/json_input.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace settle::tasks {

void read_env_rules(json_input&, json_input::value&, std::string_view name, std::vector<env_rule>&);
void read_env_groups(json_input&, json_input::value&, env_groups&);

/// Every include names a group, and no group includes itself by whatever way.
void check_groups(json_input&, const document&);

}  // namespace settle::tasks

// Env rules as members of scripthut's JSON. Pure.
#pragma once

#include "actors/translate/json_writer.hpp"
#include "io/tasks/document.hpp"

#include <span>
#include <string>
#include <string_view>

namespace settle {

/// The rules in this order, and where there is `init` one more with nothing but that.
void write_rules(actors::json_writer& out, std::string_view name, std::span<const tasks::env_rule> first,
                 std::span<const tasks::env_rule> then = {}, const std::string& init = {});

}  // namespace settle

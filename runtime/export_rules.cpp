#include "runtime/export_rules.hpp"

namespace settle {

using actors::json_writer;
using tasks::env_rule;

namespace {

void write_pairs(json_writer& out, std::string_view name,
                 const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (pairs.empty())
    return;
  out.open(name);
  for (const auto& [variable, value] : pairs)
    out.text(variable, value);
  out.close();
}

/// As scripthut writes a rule: what is empty is left out.
void write_rule(json_writer& out, const env_rule& rule) {
  out.open();
  if (!rule.when.empty()) {
    out.open("if");
    for (const auto& [variable, allowed] : rule.when)
      out.texts(variable, allowed);
    out.close();
  }
  if (!rule.include.empty())
    out.texts("include", rule.include);
  write_pairs(out, "set", rule.set);
  write_pairs(out, "append", rule.append);
  out.text_if_any("init", rule.init);
  out.close();
}

}  // namespace

void write_rules(json_writer& out, std::string_view name, std::span<const env_rule> first,
                 std::span<const env_rule> then, const std::string& init) {
  out.open_list(name);
  for (const auto rules : {first, then})
    for (const env_rule& rule : rules)
      write_rule(out, rule);
  if (!init.empty()) {
    env_rule last;
    last.init = init;
    write_rule(out, last);
  }
  out.close_list();
}

}  // namespace settle

#include "io/tasks/env_reader.hpp"

#include "io/tasks/environment.hpp"
#include "io/tasks/group_walk.hpp"
#include "io/tasks/wording.hpp"

#include <array>

namespace settle::tasks {

namespace {

using value = json_input::value;
using pairs = std::vector<std::pair<std::string, std::string>>;

void warn_of_bare_dollar(json_input& in, std::string_view text, place at) {
  for (auto dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$', dollar + 1)) {
    if (!reference_at(text, dollar).empty())
      continue;
    return in.warn_once(at, "env$",
                        "the value holds " + shown(text.substr(dollar)) +
                            ", which stays as it is written: only ${NAME} is replaced");
  }
}

void read_variables(json_input& in, value& v, std::string_view name, pairs& out) {
  seen_keys seen;
  in.fields_of(v, name, [&](std::string_view key, place at, value& each) {
    if (!seen.first(in, key, at))
      return in.skip(each);
    if (const std::string refusal = refuse_variable(key); !refusal.empty())
      in.problem_at(at, refusal);
    const place value_at = in.where(each);
    std::string read;
    if (!in.text(each, std::string(name) + " " + shown(key), read))
      return;
    warn_of_bare_dollar(in, read, value_at);
    out.emplace_back(key, std::move(read));
  });
}

void read_condition(json_input& in, value& v, env_rule& rule) {
  seen_keys seen;
  in.fields_of(v, "\"if\"", [&](std::string_view key, place at, value& each) {
    if (!seen.first(in, key, at))
      return in.skip(each);
    std::vector<std::string> allowed;
    json_input::kind k{};
    if (!in.kind_of(each, k))
      return;
    const std::string name = "\"if\" " + shown(key);
    if (k == json_input::kind::array) {
      in.texts(each, name, allowed);
    } else {
      allowed.emplace_back();
      in.text(each, name, allowed.back());
    }
    rule.when.emplace_back(key, std::move(allowed));
  });
}

void read_rule_key(json_input& in, std::string_view key, place at, value& v, env_rule& rule) {
  if (in.is_null(v))
    return;
  if (key == "if")
    return read_condition(in, v, rule);
  if (key == "set")
    return read_variables(in, v, "\"set\"", rule.set);
  if (key == "append")
    return read_variables(in, v, "\"append\"", rule.append);
  if (key == "include")
    return in.texts(v, "\"include\"", rule.include);
  if (key == "init") {
    in.text(v, "\"init\"", rule.init);
    return;
  }
  if (key == "stacks") {
    in.problem_at(
        at, "\"stacks\" are installed and named by scripthut's own configuration, which settle does not "
            "read; write the stack's init lines as \"init\"");
    return in.skip(v);
  }
  static constexpr std::array<std::string_view, 5> known{"if", "include", "set", "append", "init"};
  std::string words = "unknown key " + shown(key) + " in an env rule";
  if (const auto word = nearest(key, known); !word.empty())
    words += "; did you mean \"" + std::string(word) + "\"?";
  else
    words += " (a rule has if, include, set, append, init; variables stand in set)";
  in.problem_at(at, std::move(words));
  in.skip(v);
}

void check_rules(json_input& in, const std::vector<env_rule>& rules, const env_groups& groups) {
  for (const env_rule& rule : rules) {
    for (const std::string& name : rule.include) {
      if (!groups.contains(name))
        in.problem_at(rule.at, unknown_group(name, groups));
    }
  }
}

}  // namespace

void read_env_rules(json_input& in, value& v, std::string_view name, std::vector<env_rule>& out) {
  in.elements_of(v, name, [&](value& each, place at) {
    env_rule rule;
    rule.at = at;
    seen_keys seen;
    in.fields_of(each, "an env rule", [&](std::string_view key, place key_at, value& part) {
      if (!seen.first(in, key, key_at))
        return in.skip(part);
      read_rule_key(in, key, key_at, part, rule);
    });
    out.push_back(std::move(rule));
  });
}

void read_env_groups(json_input& in, value& v, env_groups& out) {
  seen_keys seen;
  in.fields_of(v, "\"env_groups\"", [&](std::string_view key, place at, value& each) {
    if (!seen.first(in, key, at))
      return in.skip(each);
    std::vector<env_rule> rules;
    read_env_rules(in, each, "the group " + shown(key), rules);
    out.insert_or_assign(std::string(key), std::move(rules));
  });
}

void check_groups(json_input& in, const document& doc) {
  check_rules(in, doc.env, doc.groups);
  for (const task& t : doc.tasks)
    check_rules(in, t.env, doc.groups);
  for (const auto& [name, rules] : doc.groups)
    check_rules(in, rules, doc.groups);
  for (const group_cycle& cycle : find_group_cycles(doc.groups))
    in.problem_at(cycle.at, "the env groups include each other in a circle: " + cycle.path);
}

}  // namespace settle::tasks

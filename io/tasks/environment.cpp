#include "io/tasks/environment.hpp"

#include "io/tasks/group_walk.hpp"
#include "io/tasks/wording.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace settle::tasks {

namespace {

using seed_pairs = std::vector<std::pair<std::string, std::string>>;
using variable = resolved_environment::variable;

bool begins_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
bool in_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) {
  return !text.empty() && begins_name(text[0]) && std::all_of(text.begin(), text.end(), in_name);
}

/// Copies `text`, asking `value_of(name)` for each reference; null leaves it as it stands.
template <class F>
std::string substitute(std::string_view text, F&& value_of) {
  std::string out;
  std::size_t copied = 0;
  for (auto dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$', dollar + 1)) {
    const std::string_view name = reference_at(text, dollar);
    if (name.empty())
      continue;
    if (const std::string* value = value_of(name)) {
      out += text.substr(copied, dollar - copied);
      out += *value;
      copied = dollar + name.size() + 3;
    }
  }
  out += text.substr(copied);
  return out;
}

/// Variables set so far, found by name.
class environment_so_far {
public:
  void put(std::string_view name, std::string value, bool extends_job) {
    auto at = place_of(name);
    if (at == list_.size()) {
      list_.push_back({std::string(name), {}, false});
      if (list_.size() > looked_through_max)
        index_rest();
    }
    variable& v = list_[at];
    bytes_ += value.size();
    bytes_ -= v.value.size();
    v.value = std::move(value);
    v.extends_job = extends_job;
  }
  const variable* find(std::string_view name) const {
    const auto at = place_of(name);
    return at == list_.size() ? nullptr : &list_[at];
  }
  std::string expand(std::string_view text) const {
    return substitute(text, [&](std::string_view name) {
      const variable* v = find(name);
      return v ? &v->value : nullptr;
    });
  }
  std::size_t bytes() const { return bytes_; }
  std::vector<variable> take() { return std::move(list_); }

private:
  /// Few are found quicker by looking at each; this is done for each of a million tasks.
  static constexpr std::size_t looked_through_max = 24;

  /// Behind the last: it is not there.
  std::size_t place_of(std::string_view name) const {
    if (list_.size() <= looked_through_max) {
      const auto same = [name](const variable& v) { return v.name == name; };
      return static_cast<std::size_t>(std::find_if(list_.begin(), list_.end(), same) - list_.begin());
    }
    const auto known = index_.find(std::string(name));
    return known == index_.end() ? list_.size() : known->second;
  }
  void index_rest() {
    for (auto i = index_.size(); i < list_.size(); ++i)
      index_.emplace(list_[i].name, i);
  }

  std::vector<variable> list_;
  std::unordered_map<std::string, std::size_t> index_;  ///< once there are many
  std::size_t bytes_ = 0;
};

/// A list of rules being worked through; `guard` is the rule whose include led here.
struct rule_list {
  const std::vector<env_rule>* rules;
  const std::string* group = nullptr;  // null: not a group
  const env_rule* guard = nullptr;
  std::size_t next = 0;
  std::size_t include = 0;  // of the next rule
};

class resolution {
public:
  resolution(const env_groups& groups, const seed_pairs& seed) : groups_(groups) {
    for (const auto& [name, value] : seed)
      env_.put(name, value, false);
  }

  /// Applies the rules in order, a rule's includes before the rule itself.
  std::optional<std::string> apply(const std::vector<env_rule>& rules) {
    open_.assign(1, rule_list{&rules});
    while (!open_.empty()) {
      if (auto refusal = step())
        return refusal;
    }
    return std::nullopt;
  }

  resolved_environment take() {
    resolved_environment out;
    out.variables = env_.take();
    out.init = std::move(init_);
    return out;
  }

private:
  std::optional<std::string> step() {
    rule_list& list = open_.back();
    if (list.next == list.rules->size()) {
      open_.pop_back();
      return std::nullopt;
    }
    const env_rule& rule = (*list.rules)[list.next];
    if (list.include < rule.include.size())
      return enter(rule, rule.include[list.include++]);
    ++list.next;
    list.include = 0;
    if (++applied_ > rules_applied_max)
      return "the includes unfold to more than " + std::to_string(rules_applied_max) + " rules";
    return holds(rule) ? write(rule) : std::nullopt;
  }

  std::optional<std::string> enter(const env_rule& rule, const std::string& name) {
    const auto found = groups_.find(name);
    if (found == groups_.end())
      return unknown_group(name, groups_);
    const auto same = [&](const rule_list& l) { return l.group == &found->first; };
    if (const auto start = std::find_if(open_.begin(), open_.end(), same); start != open_.end()) {
      std::string path;
      for (auto at = start; at != open_.end(); ++at)
        path += *at->group + " -> ";
      return "the env groups include each other in a circle: " + path + name;
    }
    if (open_.size() > include_depth_max)
      return "env groups include each other deeper than " + std::to_string(include_depth_max);
    if (++applied_ > rules_applied_max)
      return "the includes unfold to more than " + std::to_string(rules_applied_max) + " rules";
    open_.push_back({&found->second, &found->first, &rule});
    return std::nullopt;
  }

  /// The rule's own `if` and those of every include that led to it, against the environment so far.
  bool holds(const env_rule& rule) const {
    return matches(rule) && std::all_of(open_.begin(), open_.end(),
                                        [&](const rule_list& l) { return !l.guard || matches(*l.guard); });
  }
  bool matches(const env_rule& rule) const {
    return std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
      const variable* v = env_.find(condition.first);
      const auto& allowed = condition.second;
      return v && std::find(allowed.begin(), allowed.end(), v->value) != allowed.end();
    });
  }

  std::optional<std::string> write(const env_rule& rule) {
    for (const auto& [name, text] : rule.set) {
      if (auto refusal = put(name, env_.expand(text), false))
        return refusal;
    }
    for (const auto& [name, text] : rule.append) {
      if (auto refusal = append(name, env_.expand(text)))
        return refusal;
    }
    if (!rule.init.empty()) {
      init_ += init_.empty() ? "" : "\n";
      init_ += env_.expand(rule.init);
    }
    if (init_.size() > init_bytes_max)
      return "the init lines grow beyond " + std::to_string(init_bytes_max) + " bytes";
    return std::nullopt;
  }

  std::optional<std::string> append(const std::string& name, const std::string& more) {
    const variable* now = env_.find(name);
    if (!now)
      return put(name, "${" + name + "}:" + more, true);
    return put(name, now->value.empty() ? more : now->value + ":" + more, now->extends_job);
  }

  std::optional<std::string> put(const std::string& name, std::string value, bool extends_job) {
    if (std::string refusal = refuse_variable(name); !refusal.empty())
      return refusal;
    if (value.find('\0') != std::string::npos)
      return "the value of " + name + " holds a NUL character";
    if (name.size() + 1 + value.size() > variable_bytes_max)
      return "the value of " + name + " is longer than the " + std::to_string(variable_bytes_max) +
             " bytes that Linux takes";
    env_.put(name, std::move(value), extends_job);
    if (env_.bytes() > environment_bytes_max)
      return "the variables grow beyond " + std::to_string(environment_bytes_max) + " bytes";
    return std::nullopt;
  }

  const env_groups& groups_;
  environment_so_far env_;
  std::vector<rule_list> open_;
  std::size_t applied_ = 0;
  std::string init_;
};

}  // namespace

std::string_view reference_at(std::string_view text, std::size_t dollar) {
  if (!text.substr(std::min(dollar, text.size())).starts_with("${"))
    return {};
  const auto end = text.find('}', dollar);
  const std::string_view name =
      end == std::string_view::npos ? std::string_view{} : text.substr(dollar + 2, end - dollar - 2);
  return is_name(name) ? name : std::string_view{};
}

std::string refuse_variable(std::string_view name) {
  static constexpr std::array<std::string_view, 6> read_only{"BASHOPTS", "BASH_VERSINFO", "EUID",
                                                             "PPID",     "SHELLOPTS",     "UID"};
  if (!is_name(name))
    return shown(name) + " is no name for a variable (letters, digits and _, no digit first)";
  if (name.starts_with("SCRIPTHUT_") || name.starts_with("SETTLE_"))
    return std::string(name) + " cannot be set by a rule: SCRIPTHUT_* and SETTLE_* tell a task about its run";
  if (std::find(read_only.begin(), read_only.end(), name) != read_only.end())
    return std::string(name) + " is read-only in the job's shell";
  return {};
}

io::result<resolved_environment> resolve_environment(const document& doc, const task& t,
                                                     const seed_pairs& seed) {
  resolution work(doc.groups, seed);
  for (const auto* rules : {&doc.env, &t.env.list()}) {
    if (const auto refusal = work.apply(*rules))
      return io::fail(io::errc::bad_input, "task " + shown(t.id) + ": " + *refusal);
  }
  resolved_environment out = work.take();
  out.task_init = t.own_init || !t.init.empty() ? t.init.str() : doc.init;
  return out;
}

bool rules_mention(const document& doc, std::initializer_list<std::string_view> names) {
  const auto named = [&](std::string_view text) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
  };
  const auto in = [&](const env_rule& r) {
    const auto pair = [&](const auto& p) { return named(p.first) || named(p.second); };
    return named(r.init) || std::any_of(r.set.begin(), r.set.end(), pair) ||
           std::any_of(r.append.begin(), r.append.end(), pair) ||
           std::any_of(r.when.begin(), r.when.end(), [&](const auto& c) { return named(c.first); });
  };
  return std::any_of(doc.env.begin(), doc.env.end(), in) ||
         std::any_of(doc.groups.begin(), doc.groups.end(),
                     [&](const auto& g) { return std::any_of(g.second.begin(), g.second.end(), in); });
}

std::string expand_seed(std::string_view text, const seed_pairs& seed) {
  return substitute(text, [&](std::string_view name) -> const std::string* {
    const auto found =
        std::find_if(seed.begin(), seed.end(), [&](const auto& pair) { return pair.first == name; });
    return found == seed.end() ? nullptr : &found->second;
  });
}

}  // namespace settle::tasks

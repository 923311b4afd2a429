#include "io/tasks/group_walk.hpp"

#include "io/tasks/wording.hpp"

#include <algorithm>
#include <map>

namespace settle::tasks {

namespace {

using group = env_groups::value_type;
enum class mark : unsigned char { unseen, active, done };

/// One group on the path, and the include that comes next.
struct step {
  const group* at;
  std::size_t rule = 0;
  std::size_t include = 0;
};

/// The next include of this step, or null when it has no more.
const std::string* advance(step& s, place& where) {
  const auto& rules = s.at->second;
  while (s.rule < rules.size()) {
    if (s.include < rules[s.rule].include.size()) {
      where = rules[s.rule].at;
      return &rules[s.rule].include[s.include++];
    }
    ++s.rule;
    s.include = 0;
  }
  return nullptr;
}

std::string circle(const std::vector<step>& path, const group* back_to) {
  const auto start = std::find_if(path.begin(), path.end(), [&](const step& s) { return s.at == back_to; });
  std::string words;
  for (auto s = start; s != path.end(); ++s)
    words += s->at->first + " -> ";
  return words + back_to->first;
}

}  // namespace

std::vector<group_cycle> find_group_cycles(const env_groups& groups) {
  std::vector<group_cycle> out;
  std::map<const group*, mark> marks;
  for (const group& root : groups) {
    if (marks[&root] != mark::unseen)
      continue;
    std::vector<step> path{{&root}};
    marks[&root] = mark::active;
    while (!path.empty()) {
      place where;
      const std::string* name = advance(path.back(), where);
      if (!name) {
        marks[path.back().at] = mark::done;
        path.pop_back();
        continue;
      }
      const auto next = groups.find(*name);
      if (next == groups.end())
        continue;
      mark& seen = marks[&*next];
      if (seen == mark::active)
        out.push_back({where, circle(path, &*next)});
      if (seen != mark::unseen)
        continue;
      seen = mark::active;
      path.push_back({&*next});
    }
  }
  return out;
}

std::string unknown_group(std::string_view name, const env_groups& groups) {
  std::string words = "include names the group " + shown(name) + ", which \"env_groups\" does not hold";
  std::vector<std::string_view> names;
  for (const auto& [known, rules] : groups)
    names.push_back(known);
  if (const auto word = nearest(name, names); !word.empty())
    words += "; did you mean \"" + std::string(word) + "\"?";
  return words;
}

}  // namespace settle::tasks

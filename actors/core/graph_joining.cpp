#include "actors/core/graph_joining.hpp"

#include "actors/core/glob.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace settle::core {

namespace {

/// A group pays from three users of three matches on.
constexpr std::size_t group_side_min = 3;

std::string quoted(std::string_view text) {
  return "\"" + std::string{text} + "\"";
}

}  // namespace

std::vector<graph_problem> graph::add(std::span<const task_ref> tasks, std::vector<stillborn>* dead) {
  joining document{*this, tasks};
  std::vector<graph_problem> problems = document.resolve();
  if (problems.empty())
    document.commit(dead);
  else
    document.refuse();
  return problems;
}

graph::joining::joining(graph& into, std::span<const task_ref> tasks)
    : graph_{into}, tasks_{tasks}, first_{static_cast<std::uint32_t>(into.size())},
      first_group_{static_cast<std::uint32_t>(into.groups_.size())} {
  assert(into.size() + tasks.size() < group_flag);
}

void graph::joining::report(kind what, std::size_t task, std::size_t dep, std::string words) {
  if (problems_.size() < problems_max)
    problems_.push_back({what, task, dep, std::move(words)});
  else
    ++unlisted_;
}

std::vector<graph_problem> graph::joining::resolve() {
  add_names();
  for (std::uint32_t task = 0; task < tasks_.size(); ++task)
    resolve_task(task);
  for (const std::string_view pattern : pattern_order_)
    resolve_pattern(pattern, std::move(patterns_[pattern]));
  std::sort(edges_.begin(), edges_.end());
  edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
  report_cycles();
  std::stable_sort(problems_.begin(), problems_.end(), [](const auto& a, const auto& b) {
    return std::tuple{a.what == kind::cycle, a.task, a.dep} <
           std::tuple{b.what == kind::cycle, b.task, b.dep};
  });
  if (unlisted_ > 0)
    problems_.back().words += " (and " + std::to_string(unlisted_) + " more problems)";
  return std::move(problems_);
}

void graph::joining::add_names() {
  graph_.names_.reserve(first_ + tasks_.size());
  for (std::size_t task = 0; task < tasks_.size(); ++task) {
    if (!graph_.names_.add(tasks_[task].id))
      report(kind::duplicate_id, task, 0, "the id " + quoted(tasks_[task].id) + " is already taken");
    else if (graph_.before_.find(tasks_[task].id))
      report(kind::duplicate_id, task, 0,
             "the id " + quoted(tasks_[task].id) + " is taken by a task that completed in an earlier run");
  }
}

void graph::joining::resolve_task(std::uint32_t task) {
  const auto deps = tasks_[task].deps;
  for (std::uint32_t d = 0; d < deps.size(); ++d) {
    const std::string& dep = deps[d];
    if (dep == tasks_[task].id) {
      report(kind::self_dep, task, d, quoted(dep) + " depends on itself");
    } else if (const auto found = graph_.find(dep)) {
      edges_.push_back({task, *found});
    } else if (graph_.before_.find(dep)) {
      continue;  // met already
    } else if (!is_glob(dep)) {
      report(kind::unknown_dep, task, d,
             quoted(tasks_[task].id) + " depends on " + quoted(dep) + ", which does not exist");
    } else {
      auto& users = patterns_[dep];
      if (users.empty())
        pattern_order_.push_back(dep);
      if (users.empty() || users.back().task != task)
        users.push_back({task, d});
    }
  }
}

void graph::joining::expand(std::uint32_t task, const std::vector<std::uint32_t>& matches) {
  for (const std::uint32_t match : matches)
    if (match != first_ + task)
      edges_.push_back({task, match});
}

/// Tasks that a pattern matches and that use it wait for each other: two of them are a cycle already.
void graph::joining::report_mutual(std::string_view pattern, const std::vector<use>& users) {
  for (std::size_t i = 1; i < users.size() && i <= cycles_max; ++i)
    report(kind::cycle, users[0].task, users[0].dep,
           path_words({users[0].task, users[i].task}) + " (each matches the other's " + quoted(pattern) +
               ")");
}

void graph::joining::resolve_pattern(std::string_view pattern, std::vector<use> users) {
  std::vector<std::uint32_t> matches = graph_.names_.matching(pattern);
  const auto matched = [&](const use& u) {
    return std::binary_search(matches.begin(), matches.end(), first_ + u.task);
  };
  const auto own = std::stable_partition(users.begin(), users.end(), matched);
  const std::vector<use> inside(users.begin(), own);
  users.erase(users.begin(), own);
  const bool met_before = graph_.before_.size() > 0 && !graph_.before_.matching(pattern).empty();
  if (matches.empty() && !met_before)
    for (const use& u : users)
      report(kind::empty_glob, u.task, u.dep, quoted(pattern) + " matches no task");
  if (matches.size() == 1 && inside.size() == 1 && !met_before)
    report(kind::empty_glob, inside[0].task, inside[0].dep, quoted(pattern) + " matches no other task");
  if (inside.size() == 1)
    expand(inside[0].task, matches);
  else
    report_mutual(pattern, inside);
  if (users.size() < group_side_min || matches.size() < group_side_min) {
    for (const use& u : users)
      expand(u.task, matches);
    return;
  }
  const auto group = static_cast<std::uint32_t>(first_group_ + groups_.size()) | group_flag;
  for (const use& u : users)
    edges_.push_back({u.task, group});
  groups_.push_back(std::move(matches));
}

/// The document's tasks, then its groups, as vertices from 0 on. What was there before cannot be in a cycle.
adjacency graph::joining::local_graph() const {
  const auto tasks = static_cast<std::uint32_t>(tasks_.size());
  adjacency local;
  local.heads.reserve(tasks + groups_.size() + 1);
  local.heads.push_back(0);
  auto at = edges_.begin();
  for (std::uint32_t task = 0; task < tasks; ++task) {
    for (; at != edges_.end() && at->task == task; ++at) {
      if ((at->on & group_flag) != 0)
        local.targets.push_back(tasks + (at->on & ~group_flag) - first_group_);
      else if (at->on >= first_)
        local.targets.push_back(at->on - first_);
    }
    local.heads.push_back(static_cast<std::uint32_t>(local.targets.size()));
  }
  for (const auto& matches : groups_) {
    for (const std::uint32_t match : matches)
      if (match >= first_)
        local.targets.push_back(match - first_);
    local.heads.push_back(static_cast<std::uint32_t>(local.targets.size()));
  }
  return local;
}

std::size_t graph::joining::dep_towards(std::uint32_t task, std::uint32_t next) const {
  const auto deps = tasks_[task].deps;
  const auto leads = [&](const std::string& dep) {
    return dep == tasks_[next].id || (!graph_.find(dep) && glob_matches(dep, tasks_[next].id));
  };
  return static_cast<std::size_t>(std::find_if(deps.begin(), deps.end(), leads) - deps.begin());
}

std::string graph::joining::path_words(const std::vector<std::uint32_t>& tasks) const {
  constexpr std::size_t shown_each_end = 10;
  std::string words;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks.size() > 2 * shown_each_end && i == shown_each_end) {
      const std::size_t skipped = tasks.size() - 2 * shown_each_end;
      words += "(" + std::to_string(skipped) + " more) -> ";
      i += skipped;
    }
    words.append(tasks_[tasks[i]].id).append(" -> ");
  }
  return words.append(tasks_[tasks.front()].id);
}

void graph::joining::report_cycles() {
  for (std::vector<std::uint32_t>& cycle : find_cycles(local_graph(), cycles_max)) {
    std::erase_if(cycle, [this](std::uint32_t v) { return v >= tasks_.size(); });
    const std::uint32_t task = cycle[0];
    report(kind::cycle, task, dep_towards(task, cycle[cycle.size() > 1 ? 1 : 0]), path_words(cycle));
  }
}

void graph::joining::refuse() {
  graph_.names_.truncate(first_);
}

void graph::joining::commit(std::vector<stillborn>* dead) {
  graph_.items_.resize(first_ + tasks_.size());
  place_groups();
  count_unmet(dead);
  place_edges();
}

void graph::joining::place_groups() {
  graph_.groups_.resize(first_group_ + groups_.size());
  culprits_.resize(groups_.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    vertex& group = graph_.groups_[first_group_ + g];
    for (const std::uint32_t match : groups_[g]) {
      group.unmet += graph_.items_[match].end != fate::completed ? 1 : 0;
      if (graph_.items_[match].end == fate::failed) {
        group.end = fate::failed;
        culprits_[g] = match;
      }
    }
  }
}

void graph::joining::count_unmet(std::vector<stillborn>* dead) {
  for (const edge& e : edges_) {
    const vertex& source = graph_.at(e.on);
    const bool group = (e.on & group_flag) != 0;
    const bool met = group ? source.unmet == 0 : source.end == fate::completed;
    graph_.items_[first_ + e.task].unmet += met ? 0 : 1;
    if (source.end == fate::failed && dead != nullptr)
      dead->push_back({first_ + e.task, group ? culprits_[(e.on & ~group_flag) - first_group_] : e.on});
  }
}

void graph::joining::place_edges() {
  // By source now: each vertex takes all it gains in one stretch.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> outgoing;
  outgoing.reserve(edges_.size());
  for (const edge& e : edges_)
    outgoing.emplace_back(e.on, first_ + e.task);
  edges_ = {};
  for (std::uint32_t g = 0; g < groups_.size(); ++g)
    for (const std::uint32_t match : groups_[g])
      outgoing.emplace_back(match, (first_group_ + g) | group_flag);
  std::sort(outgoing.begin(), outgoing.end());
  std::vector<std::uint32_t> targets;
  for (auto at = outgoing.begin(); at != outgoing.end();) {
    const std::uint32_t source = at->first;
    targets.clear();
    for (; at != outgoing.end() && at->first == source; ++at)
      targets.push_back(at->second);
    graph_.append_edges(graph_.at(source), targets);
  }
}

}  // namespace settle::core

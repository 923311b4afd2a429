#include "actors/plan.hpp"

#include "io/tasks/environment.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <tuple>
#include <utility>

namespace settle::actors {

namespace {

tasks::place place_of(const core::graph_problem& p, const tasks::document& doc) {
  if (p.task >= doc.places.size())
    return {};
  const auto& task = doc.places[p.task];
  if (p.what == core::graph_problem::kind::duplicate_id)
    return task.id;
  return p.dep < task.deps.size() ? task.deps[p.dep] : task.at;
}

/// Env rules are resolved once more for each submission; here only whether they can be.
void check_environment(const tasks::document& doc, std::vector<tasks::problem>& out) {
  const tasks::task* without_own = nullptr;
  for (std::size_t i = 0; i < doc.tasks.size(); ++i) {
    const auto& task = doc.tasks[i];
    // Tasks without rules of their own all resolve alike.
    if (task.env.empty() && std::exchange(without_own, &task) != nullptr)
      continue;
    if (auto r = tasks::resolve_environment(doc, task, {}); !r)
      out.push_back({i < doc.places.size() ? doc.places[i].at : tasks::place{},
                     "task \"" + task.id + "\": " + r.error().words});
  }
}

}  // namespace

std::vector<tasks::problem> join_document(core::run& run, const tasks::document& doc,
                                          core::run_change* change) {
  std::vector<tasks::problem> problems;
  check_environment(doc, problems);
  auto n = doc.tasks.size();
  std::vector<core::task_ref> refs;
  refs.reserve(n);
  auto generators = std::make_unique<bool[]>(n);
  for (std::size_t i = 0; i < n; ++i) {
    refs.push_back({doc.tasks[i].id, doc.tasks[i].deps.list()});
    generators[i] = !doc.tasks[i].generates_source.empty();
  }
  if (!problems.empty()) {
    // Nothing may join, but all problems of a first document are told at once.
    if (core::run alone; run.size() == 0)
      for (const auto& p : alone.add(refs, {generators.get(), n}))
        problems.push_back({place_of(p, doc), p.words});
  } else {
    for (const auto& p : run.add(refs, {generators.get(), n}, change))
      problems.push_back({place_of(p, doc), p.words});
  }
  std::sort(problems.begin(), problems.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  return problems;
}

}  // namespace settle::actors

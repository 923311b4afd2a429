#include "actors/arrays.hpp"

#include "actors/keys.hpp"
#include "io/tasks/array_script.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

namespace settle::actors {

namespace {

using core::item_index;

/// Who names files or their open mode wants Slurm to open those, by their own names from the start.
bool may_join(const tasks::task& t) {
  return t.generates_source.empty() && t.output_file.empty() && t.error_file.empty() &&
         !names_open_mode(*t.wants);
}

/// Parts of one script have one size: only tasks of about one size share it.
std::size_t size_class(const tasks::task& t) {
  tasks::script_request about;
  about.command = t.command;
  about.working_dir = t.wants->working_dir;
  const auto bytes = tasks::array_part_bytes(about);
  const auto step = std::max<std::size_t>(128, std::bit_floor(bytes) / 2);
  return (bytes + step - 1) / step * step;
}

/// Alike in everything that sbatch is asked for.
std::string likeness(const tasks::task& t, std::size_t size) {
  const auto& w = *t.wants;
  std::string out = std::to_string(size);
  const auto add = [&out](std::string_view text) {
    out += '\0';
    out += text;
  };
  for (const auto* text :
       {&w.partition, &w.account, &w.qos, &w.constraint, &w.memory, &w.time_limit, &w.gres})
    add(*text);
  add(w.cpus ? std::to_string(*w.cpus) : "");
  for (const auto& argument : w.sbatch_args)
    add(argument);
  return out;
}

class planner {
public:
  planner(run_book& book, const array_limits& limits) : book_(book), limits_(limits) {}

  void alone(item_index i) {
    book_.place(i, std::nullopt);
    auto spec = book_.spec(i, next_submission(i));
    if (!spec) {
      plan_.failed.push_back({i, spec.error().words});
      return;
    }
    plan_.submissions.push_back({{i}, {item_job(std::move(*spec))}, nullptr});
  }

  /// All of one likeness, in arrays of at most `most`.
  void together(std::span<const item_index> items, std::size_t most) {
    while (!items.empty()) {
      const auto n = std::min(most, items.size());
      chunk(items.first(n));
      items = items.subspan(n);
    }
  }

  submission_plan take() { return std::move(plan_); }

private:
  struct member {
    item_index item;
    script_parts parts;
  };

  std::uint32_t next_submission(item_index i) const { return book_.run().at(i).submissions + 1; }

  /// Those whose init differs have scripts that differ in more than their parts.
  void chunk(std::span<const item_index> items) {
    if (auto common = book_.environment_of_all(items)) {
      std::vector<member> members;
      members.reserve(items.size());
      for (const auto i : items)
        members.push_back({i, make_parts_beside_common(book_.facts(), book_.task(i), i, next_submission(i))});
      return array(std::move(members), common);
    }
    std::map<std::pair<std::string, std::string>, std::vector<member>> by_init;
    for (const auto i : items) {
      auto parts = book_.script_of(i, next_submission(i));
      if (!parts) {
        plan_.failed.push_back({i, parts.error().words});
        continue;
      }
      const auto& env = parts->script.environment;
      by_init[{env.init, env.task_init}].push_back({i, std::move(*parts)});
    }
    for (auto& [init, members] : by_init)
      array(std::move(members), nullptr);
  }

  /// `common`: null where each has its whole environment.
  void array(std::vector<member> members, std::shared_ptr<const tasks::resolved_environment> common) {
    if (members.size() == 1)
      return alone(members.front().item);
    const auto leader = members.front().item;
    book_.place(leader, std::nullopt);  // described as a job of its own first
    auto whole = book_.spec(leader, next_submission(leader));
    if (!whole) {
      for (const auto& m : members)
        alone(m.item);
      return;
    }
    const auto& facts = book_.facts();
    tasks::array_request request;
    request.token = (*whole)->token;
    request.logs = facts.folder + "/logs";
    request.environment = common;
    const auto output = tasks::array_log_pattern(request.logs, request.token, "out");
    const auto error = tasks::array_log_pattern(request.logs, request.token, "err");
    request.tasks.reserve(members.size());
    for (std::uint32_t index = 0; index < members.size(); ++index) {
      auto& parts = members[index].parts;
      request.tasks.push_back({index, std::move(parts.script), parts.log_stem});
    }
    auto script = tasks::array_script(request, limits_.script_bytes_max);
    if (!script || !output) {
      for (auto& t : request.tasks)
        members[t.index].parts.script = std::move(t.script);
      return halves(std::move(members), std::move(common), !output);
    }
    job_spec spec = **whole;
    spec.script = std::move(*script);
    spec.output_file = *output;
    spec.error_file = *error;
    spec.output_is_pattern = spec.error_is_pattern = true;
    spec.appends_logs = false;
    plan(std::move(spec), members);
  }

  /// All of them are tasks of this array.
  void plan(job_spec array, const std::vector<member>& members) {
    const auto& run = book_.facts();
    const auto leader = members.front().item;
    auto common = std::make_shared<array_facts>();
    common->job_name = array.job_name;
    common->run_id = run.id;
    common->run_folder = run.folder;
    common->exit_records = run.exit_records;
    planned_submission planned;
    planned.items.reserve(members.size());
    planned.jobs.reserve(members.size());
    array.array.reserve(members.size());
    for (std::uint32_t index = 0; index < members.size(); ++index) {
      const auto item = members[index].item;
      book_.place(item, array_place{leader, next_submission(leader), index});
      common->add_log_stem(members[index].parts.log_stem);
      array.array.push_back(index);
      planned.items.push_back(item);
      planned.jobs.emplace_back(common, token_parts{item, next_submission(item)}, index);
    }
    planned.array = std::make_shared<const job_spec>(std::move(array));
    plan_.submissions.push_back(std::move(planned));
  }

  /// Their script is too large.
  void halves(std::vector<member> members, std::shared_ptr<const tasks::resolved_environment> common,
              bool impossible) {
    if (impossible) {
      for (const auto& m : members)
        alone(m.item);
      return;
    }
    const auto middle = members.begin() + static_cast<std::ptrdiff_t>(members.size() / 2);
    std::vector<member> second(std::make_move_iterator(middle), std::make_move_iterator(members.end()));
    members.erase(middle, members.end());
    array(std::move(members), common);
    array(std::move(second), common);
  }

  run_book& book_;
  const array_limits& limits_;
  submission_plan plan_;
};

}  // namespace

submission_plan plan_submissions(run_book& book, const std::vector<item_index>& items,
                                 const std::set<item_index>& alone, const array_limits& limits) {
  planner plan(book, limits);
  struct alike {
    std::vector<item_index> items;
    std::size_t size = 0;
  };
  std::vector<alike> groups;
  std::unordered_map<std::string, std::size_t> by_likeness;
  for (const auto i : items) {
    const auto& task = book.task(i);
    if (limits.tasks_max < 2 || alone.count(i) != 0 || !may_join(task)) {
      plan.alone(i);
      continue;
    }
    const auto size = size_class(task);
    const auto [at, is_new] = by_likeness.emplace(likeness(task, size), groups.size());
    if (is_new)
      groups.push_back({{}, size});
    groups[at->second].items.push_back(i);
  }
  for (const auto& g : groups) {
    const auto fitting = std::max<std::size_t>(1, limits.script_bytes_max / g.size);
    plan.together(g.items, std::min(limits.tasks_max, fitting));
  }
  return plan.take();
}

}  // namespace settle::actors

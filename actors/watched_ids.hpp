// Whose a job id is: ids to watched jobs, and arrays to those of their tasks that are watched. After a crash of the
// controller's two jobs may have had one id. A listing looks each of its rows up here, so an array's tasks stand in one
// vector by index: no node, no hash.
#pragma once

#include "io/job_id.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace settle::actors {

/// `Job` must stay where it is as long as it is known here.
template <class Job>
class watched_ids {
public:
  void add(std::uint64_t id, Job& job) {
    if (!io::is_array_task(id)) {
      jobs_.emplace(id, &job);
      return;
    }
    auto& array = arrays_[io::array_id_of(id)];
    const task one{io::array_index_of(id), &job};
    array.tasks.insert(behind(array.tasks, one.index), one);  // as a rule at the end
    array.most = std::max(array.most, ++array.watched);
  }

  void remove(std::uint64_t id, const Job& job) {
    if (!io::is_array_task(id)) {
      auto [i, last] = jobs_.equal_range(id);
      i = std::find_if(i, last, [&](const auto& known) { return known.second == &job; });
      if (i != last)
        jobs_.erase(i);
      return;
    }
    const auto array = arrays_.find(io::array_id_of(id));
    if (array == arrays_.end())
      return;
    auto& tasks = array->second.tasks;
    const std::uint32_t index = io::array_index_of(id);
    for (auto i = first_of(tasks, index); i != tasks.end() && i->index == index; ++i)
      if (i->job == &job) {
        i->job = nullptr;  // its place stays until many are empty
        if (--array->second.watched == 0)
          arrays_.erase(array);
        else if (array->second.watched < tasks.size() / 4)
          std::erase_if(tasks, [](const task& t) { return t.job == nullptr; });
        return;
      }
  }

  /// Calls `what` with each job that has this id; the id of an array is that of none of its tasks.
  template <class Do>
  void each(std::uint64_t id, Do what) const {
    if (!io::is_array_task(id)) {
      for (auto [i, last] = jobs_.equal_range(id); i != last; ++i)
        what(*i->second);
      return;
    }
    const auto array = arrays_.find(io::array_id_of(id));
    if (array == arrays_.end())
      return;
    const auto& tasks = array->second.tasks;
    const std::uint32_t index = io::array_index_of(id);
    for (auto i = first_of(tasks, index); i != tasks.end() && i->index == index; ++i)
      if (i->job != nullptr)
        what(*i->job);
  }

  /// Calls `what(index, job)` with each task of this array that is watched, by index.
  template <class Do>
  void each_task(std::uint64_t array_id, Do what) const {
    if (const auto array = arrays_.find(array_id); array != arrays_.end())
      for (const auto& one : array->second.tasks)
        if (one.job != nullptr)
          what(one.index, *one.job);
  }

  bool knows(std::uint64_t id) const {
    bool known = false;
    each(id, [&](const Job&) { known = true; });
    return known;
  }
  /// Of this array: how many are watched, and how many were at once.
  std::size_t tasks_watched(std::uint64_t array_id) const {
    const auto array = arrays_.find(array_id);
    return array == arrays_.end() ? 0 : array->second.watched;
  }
  std::size_t tasks_watched_most(std::uint64_t array_id) const {
    const auto array = arrays_.find(array_id);
    return array == arrays_.end() ? 0 : array->second.most;
  }

private:
  struct task {
    std::uint32_t index = 0;
    Job* job = nullptr;  ///< nullptr: no longer watched
  };
  struct watched_array {
    std::vector<task> tasks;  ///< by index
    std::size_t watched = 0;
    std::size_t most = 0;
  };

  /// As a rule all indexes from 0 on are there.
  template <class Tasks>
  static auto first_of(Tasks& tasks, std::uint32_t index) {
    if (index < tasks.size() && tasks[index].index == index &&
        (index == 0 || tasks[index - 1].index != index))
      return tasks.begin() + index;
    return std::lower_bound(tasks.begin(), tasks.end(), index,
                            [](const task& t, std::uint32_t i) { return t.index < i; });
  }
  static auto behind(const std::vector<task>& tasks, std::uint32_t index) {
    if (tasks.empty() || tasks.back().index <= index)
      return tasks.end();
    return std::upper_bound(tasks.begin(), tasks.end(), index,
                            [](std::uint32_t i, const task& t) { return i < t.index; });
  }

  std::unordered_multimap<std::uint64_t, Job*> jobs_;        ///< by id
  std::unordered_map<std::uint64_t, watched_array> arrays_;  ///< by the array's id; none is empty
};

}  // namespace settle::actors

#include "actors/delivery_queue.hpp"

#include <algorithm>
#include <utility>

namespace settle::actors {

namespace {

/// Of one run before it is another's turn: looking for that one costs more than telling.
constexpr std::size_t in_a_row_max = 64;

/// How many are whose.
std::map<std::uint32_t, std::size_t> shares(const std::vector<delivery>& those) {
  std::map<std::uint32_t, std::size_t> out;
  auto last = out.end();
  for (const auto& d : those) {
    if (last == out.end() || last->first != d.to.run)
      last = out.try_emplace(d.to.run, 0).first;
    ++last->second;
  }
  return out;
}

}  // namespace

void delivery_queue::add(std::vector<delivery> those) {
  if (those.empty())
    return;
  auto whose = those.front().to.run;
  if (std::any_of(those.begin(), those.end(), [whose](const delivery& d) { return d.to.run != whose; }))
    whose = take_out_all_but_most(those);
  auto& parts = by_run_[whose];
  parts.push_back({std::move(those)});
  pass_over(by_run_.find(whose));
}

/// The largest share stays where it is: a delivery is large, and there may be a million. Whose that is.
std::uint32_t delivery_queue::take_out_all_but_most(std::vector<delivery>& those) {
  const auto whose = shares(those);
  const auto most = std::max_element(whose.begin(), whose.end(), [](const auto& a, const auto& b) {
                      return a.second < b.second;
                    })->first;
  std::map<std::uint32_t, std::vector<delivery>> others;
  for (auto& d : those)
    if (d.to.run != most)
      others[d.to.run].push_back({d.to, std::move(d.what), std::move(d.rows)});
  for (auto& [run, theirs] : others)
    by_run_[run].push_back({std::move(theirs)});
  return most;
}

std::optional<delivery> delivery_queue::next() {
  if (empty())
    return std::nullopt;
  auto run = by_run_.lower_bound(last_);
  if (run != by_run_.end() && run->first == last_ && in_a_row_ >= in_a_row_max)
    ++run;
  if (run == by_run_.end())
    run = by_run_.begin();
  in_a_row_ = run->first == last_ && in_a_row_ < in_a_row_max ? in_a_row_ + 1 : 1;
  last_ = run->first;
  auto& first = run->second.front();
  auto out = std::move(first.those[first.next++]);
  pass_over(run);
  return out;
}

/// Over what is not this run's; a run that has nothing left goes.
void delivery_queue::pass_over(runs::iterator run) {
  auto& parts = run->second;
  while (!parts.empty()) {
    auto& p = parts.front();
    while (p.next < p.those.size() && p.those[p.next].to.run != run->first)
      ++p.next;
    if (p.next < p.those.size())
      return;
    parts.pop_front();
  }
  by_run_.erase(run);
}

void delivery_queue::clear() {
  by_run_.clear();
}

}  // namespace settle::actors

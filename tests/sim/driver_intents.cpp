// The simulated process between a free slot and an sbatch: what is ready together goes out together, its intents first.
#include "tests/sim/driver.hpp"

#include "actors/event_of.hpp"

#include <algorithm>
#include <map>

namespace sim {

using namespace settle;
using core::stream_kind;

void driver::fill_slots() {
  std::vector<item_index> ready;
  while (auto i = run_.take_ready())
    ready.push_back(*i);
  const auto may_join = [this](item_index i) { return story_.arrays && alone_.count(i) == 0; };
  for (auto i = ready.begin(); i != ready.end();) {
    auto last = i;
    while (last != ready.end() && may_join(*last) && last - i < 12)
      ++last;
    last = std::max(last, i + 1);
    intend({i, last});
    i = last;
  }
  checker_.slots(run_.tally(), run_.slots_used());
  flush();
}

/// Those intents are written together: of more than one item an array's.
void driver::intend(const std::vector<item_index>& together) {
  std::string array;
  for (std::uint32_t index = 0; index < together.size(); ++index) {
    const auto i = together[index];
    auto it = run_.at(i);
    core::advance(it, actors::event_of(event_kind::submit_asked, now()), *rules_);
    if (index == 0)
      array = "t." + actors::make_token(run_id, i, it.submissions);
    lines_.push_back({i, it, stream_kind::item, true, false, time_.now()});
    if (together.size() > 1)
      lines_.back().place = kept_place{array, index};
  }
  if (together.size() > 1)
    arrays_[array] = together;
}

/// What of an array's intents is to go out now that they are durable.
void driver::order_array(const std::vector<line>& written) {
  std::map<std::string, std::pair<std::vector<item_key>, std::shared_ptr<actors::job_spec>>> orders;
  for (const auto& l : written) {
    if (!l.intent || !spawn(l.index) || !l.place)
      continue;
    auto& [keys, spec] = orders[l.place->array];
    if (!spec)
      spec = std::make_shared<actors::job_spec>();
    spec->job_name = l.place->array;
    spec->array.push_back(l.place->index);
    keys.push_back({1, l.index});
  }
  for (auto& [name, order] : orders)
    post([this, keys = order.first, spec = order.second] { poller_.order_array(keys, spec); });
}

bool driver::spawn(item_index i) {
  if (core::is_terminal(run_.at(i).status))
    return false;
  if (run_.cancelling()) {
    cancel_one(i);
    return false;
  }
  start_life(i, run_.at(i));
  return true;
}

void driver::order_alone(const std::vector<item_key>& keys) {
  for (const auto& key : keys)
    alone_.insert(key.index);
}

}  // namespace sim

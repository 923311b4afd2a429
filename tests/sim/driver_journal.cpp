// The simulated process's journal: lines that take their time to the disk, what is shown when they are there, and what the
// next process will read of them.
#include "tests/sim/driver.hpp"

#include "actors/event_of.hpp"
#include "actors/run_book.hpp"
#include "actors/translate/journal_json.hpp"
#include "io/job_id.hpp"

#include <algorithm>
#include <cassert>

namespace sim {

using namespace settle;
using core::stream_kind;
using core::submission;

namespace {

std::optional<std::uint32_t> index_of(std::uint64_t job_id) {
  return io::is_array_task(job_id) ? std::optional{io::array_index_of(job_id)} : std::nullopt;
}

/// What the next process will read of it, were this one to die now: through the real journal's lines.
item as_journaled(const item& it) {
  auto e = actors::event_of_item(it);
  e.item = "t";
  e.run = run_id;
  e.seq = 1;
  auto read = actors::read_kept_line(actors::item_line(e, it));
  assert(read && std::holds_alternative<actors::kept_event>(*read));
  return actors::item_after(std::get<actors::kept_event>(*read)).value();
}

}  // namespace

void driver::write(item_index i, const item& it, stream_kind kind, bool intent) {
  lines_.push_back({i, it, kind, intent, false, time_.now()});
  if (is(mutation::shown_before_durable) && !intent)
    checker_.shown(i, it, kind, time_.now());
  flush();
}

void driver::flush() {
  if (writing_ || lines_.empty())
    return;
  writing_ = true;
  const auto takes = world_.is(fault::slow_disk) ? ms{dice_.between(500, 8000)} : ms{dice_.between(1, 20)};
  const auto holds_verdict = [](const line& l) { return !l.withdrawn && l.now.reached.has_value(); };
  if (death_amid_ == strike::amid_write || std::any_of(lines_.begin(), lines_.end(), holds_verdict))
    come_amid({strike::amid_write, strike::amid_verdict}, takes);
  later(takes, [this, written = std::exchange(lines_, {})] {
    for (const auto& l : written) {
      keep(l);
      if (l.now.job_id != 0)
        world_.mark_unclear(names_[l.now.job_id], index_of(l.now.job_id), false);
      if (!l.intent && !l.withdrawn && !is(mutation::shown_before_durable))
        checker_.shown(l.index, l.now, l.kind, l.decided);
    }
    order_array(written);
    writing_ = false;
    finished_ = finished_ || (lines_.empty() && run_.tally().terminal() == run_.size());
    flush();
  });
}

void driver::die_amid(strike when, std::function<void()> death) {
  death_ = std::move(death);
  death_amid_ = when;
}

/// The death that waits for one of these comes in the middle of what `takes` so long.
void driver::come_amid(std::initializer_list<strike> those, duration takes) {
  if (!death_ || std::find(those.begin(), those.end(), death_amid_) == those.end())
    return;
  time_.after(takes / 2, [alive = alive_, death = std::exchange(death_, {})] {
    if (*alive)
      death();
  });
}

void driver::keep(const line& l) {
  auto& kept = disk_.items[l.index];
  if (!l.intent && !l.withdrawn) {
    kept = as_journaled(l.now);
    return;
  }
  if (!kept)
    kept.emplace();
  kept->sub = l.withdrawn ? submission::none : submission::asked;
  if (l.intent) {
    disk_.places[l.index] = l.place;
    kept->submissions = l.now.submissions;
    kept->attempt = std::max(kept->attempt, 1U);
  }
}

}  // namespace sim

#include "actors/core/pacing.hpp"

#include <algorithm>

namespace settle::core {

namespace {

/// A controller that needs a second to answer is asked every ten: its time is ours for a tenth at most.
constexpr int latency_share = 10;
/// One slow answer, such as the first after an outage, must not blind us for minutes.
constexpr duration slow_interval_max = seconds{30};

duration doubled(duration from, std::uint32_t times, duration most) {
  while (times-- > 0 && from < most)
    from *= 2;
  return std::min(from, most);
}

}  // namespace

duration next_interval(const policy& rules, bool fixed, bool something_settles, duration latency,
                       std::uint32_t failures_in_a_row) {
  const duration floor = std::max(rules.poll_interval_min, limits::poll_interval_floor);
  duration base = std::max(rules.poll_interval, floor);
  if (something_settles && !fixed)
    base = std::min(base, std::max(limits::poll_interval_settling, floor));
  const duration slow = std::min(latency * latency_share, std::max(slow_interval_max, 2 * latency));
  const duration backed_off = doubled(base, failures_in_a_row, limits::poll_interval_ceiling);
  // The ceiling bounds the growth only: a longer interval that the user or the site named stays.
  return std::max({base, slow, backed_off});
}

duration submit_backoff(std::uint32_t n) {
  return doubled(limits::submit_backoff_min, n > 0 ? n - 1 : 0, limits::submit_backoff_max);
}

}  // namespace settle::core

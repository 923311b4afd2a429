#include "actors/core/skew.hpp"

#include <algorithm>

namespace settle::core {

namespace {

struct bounds {
  duration low{};
  duration high{};
};

bounds bounds_of(const clock_reading& r) {
  const duration told = std::chrono::seconds{r.told};
  return {told - r.answered, told + std::chrono::seconds{1} - r.asked};
}

}  // namespace

std::optional<clock_skew> measure_skew(std::span<const clock_reading> readings) {
  if (readings.empty())
    return std::nullopt;
  bounds all = bounds_of(readings.front());
  for (const auto& reading : readings.subspan(1)) {
    const bounds one = bounds_of(reading);
    all = {std::max(all.low, one.low), std::min(all.high, one.high)};
  }
  if (all.low > all.high)
    all = bounds_of(readings.back());
  return clock_skew{(all.low + all.high) / 2, (all.high - all.low + duration{1}) / 2};
}

}  // namespace settle::core

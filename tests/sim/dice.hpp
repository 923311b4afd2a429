// Chance from a seed: the same seed gives the same throws on every machine and compiler (splitmix64).
#pragma once

#include <cstdint>

namespace sim {

class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed ^ 0x1234'5678'9abc'def1ULL) {
    state_ = next() ^ seed << 32;  // neighbouring seeds must not throw each other's sequences
  }

  std::uint64_t next() {
    state_ += 0x9e37'79b9'7f4a'7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebULL;
    return z ^ (z >> 31);
  }
  /// 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(unsigned percent) { return below(100) < percent; }

private:
  std::uint64_t state_;
};

}  // namespace sim

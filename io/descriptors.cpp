#include "io/descriptors.hpp"

#include <algorithm>
#include <atomic>

namespace settle::io {

namespace {

constexpr rlim_t wanted = 65'536;
std::atomic<rlim_t> former{0};  ///< 0: never raised

}  // namespace

void raise_descriptor_limit() noexcept {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted || limit.rlim_cur >= limit.rlim_max)
    return;
  const struct rlimit raised { std::min(wanted, limit.rlim_max), limit.rlim_max };
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
    former = limit.rlim_cur;
}

std::optional<rlim_t> former_descriptor_limit() noexcept {
  const rlim_t limit = former;
  return limit == 0 ? std::nullopt : std::optional(limit);
}

rlim_t descriptor_limit() noexcept {
  struct rlimit limit {};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace settle::io

#include "io/tasks/wanted.hpp"

#include "io/tasks/task_reader.hpp"

#include <algorithm>

namespace settle::tasks {

namespace {

/// So many kinds back it is looked for the same: where each task has its own, this is what is lost.
constexpr std::ptrdiff_t looked_back = 8;

}  // namespace

std::shared_ptr<const resources> wanted::share(const resources& own, std::uint16_t given) {
  const auto oldest =
      kinds_.rend() - kinds_.rbegin() > looked_back ? kinds_.rbegin() + looked_back : kinds_.rend();
  const auto same = std::find_if(kinds_.rbegin(), oldest,
                                 [&](const kind& k) { return k.given == given && *k.value == own; });
  if (same != oldest)
    return same->value;
  kinds_.push_back({std::make_shared<resources>(own), given});
  return kinds_.back().value;
}

void wanted::fill(const resources& defaults) {
  for (const kind& k : kinds_)
    fill_defaults(*k.value, k.given, defaults);
}

}  // namespace settle::tasks

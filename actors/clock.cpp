#include "actors/clock.hpp"

#include <chrono>

namespace settle::actors {

core::instant machine_now() {
  using std::chrono::duration_cast;
  return {duration_cast<core::duration>(std::chrono::steady_clock::now().time_since_epoch()),
          duration_cast<core::duration>(std::chrono::system_clock::now().time_since_epoch())};
}

}  // namespace settle::actors

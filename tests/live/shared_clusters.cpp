#include "tests/live/shared_clusters.hpp"

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include <memory>

namespace settle::live {
namespace {

struct keeper : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  static inline std::size_t failed = 0;
  static inline std::unique_ptr<cluster> vanishing;
  static inline std::unique_ptr<cluster> remembering;
  static inline std::unique_ptr<cluster> forgetting;

  bool assertionEnded(const Catch::AssertionStats& stats) override {
    failed += stats.assertionResult.isOk() ? 0U : 1U;
    return true;
  }
  void testRunEnded(const Catch::TestRunStats&) override {
    for (auto* which : {&vanishing, &remembering, &forgetting}) {
      if (*which && failed > 0)
        (*which)->keep_logs();
      which->reset();
    }
  }
};
CATCH_REGISTER_LISTENER(keeper)

cluster& ready(std::unique_ptr<cluster>& which, int min_job_age) {
  if (!which)
    which = std::make_unique<cluster>(min_job_age);
  which->make_ready();
  return *which;
}

}  // namespace

cluster& vanishing_cluster() {
  return ready(keeper::vanishing, 2);
}
cluster& remembering_cluster() {
  return ready(keeper::remembering, 300);
}
cluster& forgetting_cluster() {
  return ready(keeper::forgetting, 300);
}
std::size_t failures() {
  return keeper::failed;
}

}  // namespace settle::live

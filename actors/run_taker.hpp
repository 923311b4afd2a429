// Takes one run that another process left: its lease, then what is in its folder. A thread of its own (spawned detached) and
// gone when it has answered: the lease of another machine's process may take a minute, a million items take seconds, and the
// supervisor's other runs go on meanwhile.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/messages.hpp"
#include "actors/run_recovery.hpp"
#include "actors/run_store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace settle::actors {

/// The run as it was left, and from here on ours to write.
struct taken_run {
  std::unique_ptr<run_store> store;
  std::optional<recovered_run> found;
  std::string trouble;  ///< not empty: neither of the two
};

class run_taker : public caf::event_based_actor {
public:
  run_taker(caf::actor_config& cfg, run_store_reopener reopen, clock_source now, bool unconfirmed_releases);
  const char* name() const override { return "settle.run_taker"; }

protected:
  caf::behavior make_behavior() override;

private:
  taken_run take(const take_run& m) const;

  run_store_reopener reopen_;
  clock_source now_;
  bool unconfirmed_releases_;
};

}  // namespace settle::actors

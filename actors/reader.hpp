// Reads the small files that jobs leave behind: generated documents, launch failure marks and exit records; and the
// requests that other processes leave for runs. A thread of its own (spawned detached): a file server that hangs stops nothing else.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/messages.hpp"

#include <map>

namespace settle::actors {

class reader_actor : public caf::event_based_actor {
public:
  reader_actor(caf::actor_config& cfg, clock_source now);
  const char* name() const override { return "settle.reader"; }

protected:
  caf::behavior make_behavior() override;

private:
  struct pending {
    read_document what;
    core::duration until{};  ///< monotonic
  };
  /// True when it was answered, one way or the other.
  bool attempt(const pending& p);
  void attempt_again(std::uint64_t ticket);

  clock_source now_;
  std::map<std::uint64_t, pending> pending_;
  std::uint64_t tickets_ = 0;
};

}  // namespace settle::actors

// Reads the small files that jobs leave behind: generated documents, launch failure marks, exit records and claims; and the
// requests that other processes leave for runs. A thread of its own (spawned detached): a file server that hangs stops nothing else.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/messages.hpp"

#include <functional>
#include <map>

namespace settle::actors {

/// Who has the claim there. With `take` settle has it then, if nobody had.
using claim_source =
    std::function<tasks::claim(const std::string& path, const std::string& token, bool take)>;
tasks::claim claim_in_file(const std::string& path, const std::string& token, bool take);

class reader_actor : public caf::event_based_actor {
public:
  reader_actor(caf::actor_config& cfg, clock_source now, claim_source claims = claim_in_file);
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
  claim_source claims_;
  std::map<std::uint64_t, pending> pending_;
  std::uint64_t tickets_ = 0;
};

}  // namespace settle::actors

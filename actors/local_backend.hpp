// The one owner of this machine's processes: starts what items order, finds again what others started, and tells how it
// ended. No polling, no settling: the process's own end is the evidence.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/messages.hpp"

#include <memory>
#include <optional>
#include <unordered_map>

namespace settle::actors {

class local_backend : public caf::event_based_actor {
public:
  local_backend(caf::actor_config& cfg, std::shared_ptr<machine> port, clock_source now);
  const char* name() const override { return "settle.local"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  struct process {
    caf::actor item;
    std::shared_ptr<const job_spec> spec;
    std::uint64_t pid = 0;             ///< 0: being started
    std::optional<io::error> refused;  ///< kept like `end`
    std::optional<process_end> end;    ///< kept until the item lets go: an item that died may ask again
    bool unrun = false;                ///< ordered earlier, and never begun
    bool cancel = false;               ///< asked for before there was a pid
  };
  void order(const job_order& m);
  void look_for(const job_watch& m);
  void came(const process_came& m);
  void watch(const job_watch& m);
  void cancel(const job_cancel& m);
  void tell_refused(const process& p);
  void tell_started(const process& p);
  void tell_unrun(const process& p);
  void tell_ended(const process& p);

  std::shared_ptr<machine> port_;
  clock_source now_;
  std::unordered_map<item_key, process, item_key_hash> processes_;
};

}  // namespace settle::actors

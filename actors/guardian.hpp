// The root of settle's actors: starts reader, supervisor and backend, starts each again when it dies, and passes
// hosts' messages on to whoever is supervisor now; a run only after the cluster was asked what speaks against it. More
// than the allowed restarts end every run with trouble.
#pragma once

#include "actors/caf.hpp"
#include "actors/messages.hpp"
#include "actors/supervisor.hpp"
#include "actors/system.hpp"

#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace settle::actors {

class guardian : public caf::event_based_actor {
public:
  guardian(caf::actor_config& cfg, system_config config);
  const char* name() const override { return "settle"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void start_reader();
  void start_supervisor();
  void start_backend();
  void ended(const caf::actor_addr& who, const caf::error& why);
  /// The request waits until the cluster has said whether it is fit.
  template <class Request>
  caf::response_promise admit(Request m);
  void judged(const std::string& refusal);
  bool may_restart();
  void watch(const caf::actor& child);

  std::shared_ptr<supervisor_state> state_;
  caf::actor reader_;
  caf::actor supervisor_;
  caf::actor backend_;
  std::deque<core::duration> restarts_;
  struct waiting_request {
    caf::response_promise whose;
    std::variant<submit_run, resume_run> what;
  };
  std::vector<waiting_request> waiting_;
};

}  // namespace settle::actors

// Stands between a run's event stream and a plain function: an actor with a thread of its own, so that a slow or
// throwing function harms nobody else. Also tells those who wait for the run that it is over.
#pragma once

#include "actors/caf.hpp"
#include "actors/messages.hpp"
#include "runtime/settle.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace settle {

/// What the threads that wait for one run share with its observers.
struct run_watch {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t observers_left = 0;  ///< that have not seen the end yet
  std::string trouble;             ///< of the supervisor
  std::vector<std::string> observer_troubles;

  bool over() const { return observers_left == 0; }
};

class observer_actor : public caf::event_based_actor {
public:
  observer_actor(caf::actor_config& cfg, caf::actor root, std::string run, std::uint64_t from_seq,
                 runtime::observer what, std::shared_ptr<run_watch> watch);
  const char* name() const override { return "settle.observer"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void show(actors::stream_batch& batch);
  void call(const core::stream_event& e);
  void end(const std::string& trouble);

  caf::actor root_;
  std::string run_;
  std::uint64_t from_seq_;
  runtime::observer what_;
  std::shared_ptr<run_watch> watch_;
};

}  // namespace settle

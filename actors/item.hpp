// The actor of one item, from its first sbatch intent to its verdict. It owns the item's state: every
// transition happens here, through core::advance. It carries out what the rules ask for and decides nothing.
#pragma once

#include "actors/caf.hpp"
#include "actors/messages.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace settle::actors {

/// Who an item talks to, and by which rules.
struct item_links {
  caf::actor supervisor;
  caf::actor backend;
  caf::actor reader;
  std::shared_ptr<const core::policy> rules;
};

class item_actor : public caf::event_based_actor {
public:
  item_actor(caf::actor_config& cfg, item_key key, core::item it, std::shared_ptr<const job_spec> spec,
             item_links links);
  const char* name() const override { return "settle.item"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  void begin(core::instant at);
  void receive(observed o);
  /// A job that ended with launch_failure_exit may have been unable to start: its error file knows.
  void ask_for_mark();
  void mark_answered(const mark_came& mark);
  void apply(core::event e);
  void carry_out(const core::event& e, const std::vector<core::effect>& effects);
  void tell_needs();
  void report(std::vector<core::effect> effects, core::instant at);

  item_key key_;
  core::item item_;
  std::shared_ptr<const job_spec> spec_;
  item_links links_;
  item_needs needs_;
  item_needs told_needs_;  ///< what the backend knows of them
  std::optional<mark_came> mark_;
  bool mark_asked_ = false;
  std::deque<observed> held_;  ///< what came while the error file was being read
};

}  // namespace settle::actors

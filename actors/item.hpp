// The actor of one item, from its first sbatch intent to its verdict. It owns the item's state: every transition
// happens here, through the item's life. It carries out what that asks for and decides nothing. A light actor: there
// may be a million of them.
#pragma once

#include "actors/item_crew.hpp"
#include "actors/item_job.hpp"
#include "actors/item_life.hpp"
#include "actors/light_actor.hpp"
#include "actors/messages.hpp"

#include <memory>
#include <vector>

namespace settle::actors {

/// Who an item talks to, and by which rules.
struct item_links {
  caf::actor supervisor;
  caf::actor backend;
  caf::actor reader;
  std::shared_ptr<const core::policy> rules;
  caf::actor postman;  ///< of the crew; none: the backend tells each item by itself
};

class item_actor : public light_actor, private item_port {
public:
  item_actor(caf::actor_config& cfg, caf::intrusive_ptr<item_crew> crew, item_key key, core::item it,
             item_job job, std::shared_ptr<const item_links> links);
  const char* name() const override { return "settle.item"; }
  /// What the crew's postman brings.
  void hear(observed what);

protected:
  void receive(caf::type_erased_tuple& content) override;
  void ended(const caf::error& why) override;
  void on_exit() override;

private:
  void order() override;
  void watch(watch_order) override;
  void needs(item_needs) override;
  void clock(clock_kind) override;
  void cancel(std::uint64_t job_id) override;
  void ask_mark() override;
  void ask_witness() override;
  void ask_claim(bool take) override;
  void report(const core::item&, std::vector<core::effect>, core::instant at) override;
  void done() override;
  template <class Change>
  void relink(Change);
  void tell_wishes();
  template <class Message>
  void send_backend(Message what);

  item_crew& crew_;
  item_key key_;
  item_job job_;
  std::shared_ptr<const item_links> links_;  ///< shared by all items that have the same
  bool begun_ = false;
  bool done_ = false;
  wishes_changed wishes_{};  ///< of the message at hand, not told yet
  item_life life_;
};

}  // namespace settle::actors

// The one owner of a Slurm cluster: carries out what the poller wants done, on the cluster's port and towards items.
// A cycle that hangs is ended by its deadline and blocks nobody; an answer that did not come changes nothing.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/delivery_queue.hpp"
#include "actors/messages.hpp"
#include "actors/slurm_poller.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace settle::actors {

struct slurm_backend_config {
  std::shared_ptr<cluster> port;
  poller_config polling;
  clock_source now;
  bool arrays = false;  ///< the supervisor is to know what arrays the cluster takes
};

class slurm_backend : public caf::event_based_actor, private poller_port {
public:
  slurm_backend(caf::actor_config& cfg, slurm_backend_config config, caf::actor supervisor);
  const char* name() const override { return "settle.slurm"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  core::instant now() const override { return config_.now(); }
  void list(std::uint64_t cycle) override;
  void account(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::size_t calls_max) override;
  void account_by_name(std::uint64_t cycle, std::vector<std::string> names,
                       core::epoch_seconds since) override;
  void accounting_backlog(std::uint64_t cycle) override;
  void submit(item_key, const job_spec&) override;
  void cancel(std::vector<std::uint64_t> ids) override;
  void wake_for_cycle(core::duration) override;
  void wake_for_submissions(core::duration) override;
  void wake_for_cancels(core::duration) override;
  void deliver(delivery) override;
  void deliver_all(std::vector<delivery>) override;
  void notice(const std::string& words) override;
  void rerun(item_key, core::event) override;
  void order_alone(const std::vector<item_key>&) override;

  void forget(const job_forget& m);
  void hand_over(delivery);
  void know(item_key key, const caf::actor& item, const caf::actor& postman);
  void send_mail();
  void go_on_telling();
  void tell_on();
  template <class Message>
  void to_self_later(core::duration wait, Message m) {
    compat::delayed_send(this, caf::actor_cast<caf::actor>(this), wait, std::move(m));
  }

  slurm_backend_config config_;
  caf::actor supervisor_;
  std::unordered_map<item_key, caf::actor, item_key_hash> items_;
  caf::actor postman_;           ///< none: each item is told by itself
  std::vector<item_mail> mail_;  ///< for it
  delivery_queue untold_;        ///< until the supervisor has taken what came of those before
  std::size_t told_ = 0;         ///< since the supervisor was last asked
  slurm_poller poller_;
};

}  // namespace settle::actors

// The one owner of a Slurm cluster: submits what items order, runs one polling cycle after the other (one squeue,
// at most four sacct), and tells items only what changed. A cycle that hangs is ended by its deadline and blocks
// nobody; an answer that did not come changes nothing.
#pragma once

#include "actors/caf.hpp"
#include "actors/clock.hpp"
#include "actors/messages.hpp"
#include "actors/watch_list.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace settle::actors {

struct slurm_backend_config {
  std::shared_ptr<cluster> port;
  core::policy rules;
  bool interval_fixed = false;
  std::size_t submissions_at_once = 4;
  clock_source now;
};

class slurm_backend : public caf::event_based_actor {
public:
  slurm_backend(caf::actor_config& cfg, slurm_backend_config config, caf::actor supervisor);
  const char* name() const override { return "settle.slurm"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  // submission
  void order(const job_order& m);
  void submit_next();
  void refused(const submission_came& m);
  bool withdraw(item_key key, const char* words);
  void hold();
  void submitted(const submission_came& m);
  void watch(const job_watch& m);
  void forget(item_key key);
  void cancel(const job_cancel& m);
  void plan_cancels(core::duration wait);
  void send_cancels();
  void cancels_answered(const cancels_came& m);

  // the cycle: listing, then accounting, then what is due
  void plan_cycle();
  void begin_cycle();
  void listing_answered(const listing_came& m);
  void ask_accounting();
  void accounting_answered(const accounting_came& m);
  void ask_backlog();
  void end_cycle();
  void outage(bool& known, const char* who, const io::error& e);
  void recovered(bool& known, const char* who);

  void deliver(std::vector<delivery> what);
  void tell(item_key key, core::event e);
  template <class Message>
  void to_self_later(core::duration wait, Message m) {
    compat::delayed_send(this, caf::actor_cast<caf::actor>(this), wait, std::move(m));
  }

  slurm_backend_config config_;
  caf::actor supervisor_;
  watch_list watched_;
  std::unordered_map<item_key, caf::actor, item_key_hash> items_;
  std::deque<job_order> waiting_;
  std::set<item_key> in_flight_;  ///< their sbatch is under way
  std::set<item_key> orphaned_;   ///< forgotten while their sbatch was under way
  bool held_ = false;             ///< settle is detaching: no sbatch any more
  bool paused_ = false;           ///< the site said "not now": nobody asks for a while
  std::uint32_t refusals_ = 0;    ///< in a row
  std::vector<std::uint64_t> cancels_;
  bool cancelling_ = false;
  std::uint32_t cancel_failures_ = 0;

  std::uint64_t cycle_ = 0;
  bool planned_ = false;  ///< a cycle is under way or its time is set
  core::duration cycle_began_{};
  core::duration next_cycle_at_{};
  core::duration latency_{};
  std::uint32_t failures_ = 0;  ///< cycles in a row whose listing did not come
  bool cycle_failed_ = false;
  bool searched_ = false;  ///< this cycle's search by name is done
  std::size_t accounting_calls_left_ = 0;
  bool backlog_empty_ = false;  ///< in this cycle, slurmctld had nothing left to tell slurmdbd
  bool controller_out_ = false;
  bool accounting_out_ = false;
  bool accounting_disabled_told_ = false;
};

}  // namespace settle::actors

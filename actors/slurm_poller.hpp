// How one Slurm cluster is driven: submissions in flight, one polling cycle after the other (one squeue, at most four
// sacct), cancels, back-off. Plain code without actor, thread or clock: what it wants done it asks of its port, and
// every answer is handed to it. The backend actor carries it out on a real cluster; a simulation plays one.
#pragma once

#include "actors/cluster.hpp"
#include "actors/core/limits.hpp"
#include "actors/in_turn.hpp"
#include "actors/job_spec.hpp"
#include "actors/keys.hpp"
#include "actors/watch_list.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace settle::actors {

/// Where a poller's wishes go. A question is answered once, by the poller's function of the same name.
class poller_port {
public:
  virtual ~poller_port() = default;

  virtual core::instant now() const = 0;
  virtual void list(std::uint64_t cycle) = 0;
  virtual void account(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::size_t calls_max) = 0;
  virtual void account_by_name(std::uint64_t cycle, std::vector<std::string> names,
                               core::epoch_seconds since) = 0;
  virtual void accounting_backlog(std::uint64_t cycle) = 0;
  /// Answered with the same key, which is the first task's where it is an array.
  virtual void submit(item_key, const job_spec&) = 0;
  virtual void cancel(std::vector<std::uint64_t> ids) = 0;

  /// Call begin_cycle, resume_submissions, send_cancels after this.
  virtual void wake_for_cycle(core::duration) = 0;
  virtual void wake_for_submissions(core::duration) = 0;
  virtual void wake_for_cancels(core::duration) = 0;

  virtual void deliver(delivery) = 0;  ///< for an item
  virtual void deliver_all(std::vector<delivery> all) {
    for (auto& d : all)
      deliver(std::move(d));
  }
  virtual void notice(const std::string& words) = 0;  ///< for people
  virtual void rerun(item_key, core::event) = 0;      ///< an ended item's job was listed alive
  /// Their array was refused: each is to be ordered as a job of its own.
  virtual void order_alone(const std::vector<item_key>&) = 0;
};

struct poller_config {
  core::policy rules;
  bool interval_fixed = false;
  std::size_t submissions_at_once = 4;
};

class slurm_poller {
public:
  slurm_poller(poller_config config, poller_port& port);

  // what items ask
  void order(item_key, std::shared_ptr<const job_spec>);
  /// One array for all of them: `tasks[i]` is its task `array->array[i]`.
  void order_array(std::vector<item_key> tasks, std::shared_ptr<const job_spec> array);
  void watch(item_key, const watch_order&);
  void set_needs(item_key, item_needs);
  void set_clock(item_key, clock_kind);
  void cancel(item_key, std::uint64_t job_id);
  void forget(item_key);
  /// Its verdict is confirmed; from now on only a job that runs again is told.
  void ended(item_key);
  /// Nothing of this run is watched any more.
  void forget_run(std::uint32_t run);
  /// settle is leaving: every order whose sbatch has not started is taken back, and those that come.
  void hold();

  // answers and time
  void submitted(item_key, const std::string& job_name, const io::result<std::uint64_t>& answer);
  void resume_submissions();
  void begin_cycle();
  void listed(std::uint64_t cycle, const listing_answer&);
  void accounted(std::uint64_t cycle, const std::vector<std::string>& names, accounting_answer);
  void backlog(std::uint64_t cycle, std::optional<std::uint64_t> records);
  void send_cancels();
  void cancels_answered(bool done);

private:
  /// One sbatch: a job, or an array (`indexes`, one for each of `items`).
  struct submission {
    std::vector<item_key> items;
    std::vector<std::uint32_t> indexes{};
    std::shared_ptr<const job_spec> spec;
    bool is_array() const { return !indexes.empty(); }
    std::uint32_t run() const { return items.front().run; }
  };
  void wait(submission);
  void submit_next();
  void submit_one(submission);
  submission take_next();
  void accepted(const submission&, const std::string& job_name, std::uint64_t job_id);
  void refused(submission, const io::error&);
  void refused_array(submission, const io::error&);
  void unclear(item_key, const io::error&, core::instant now);
  void pause(const submission&, const std::string& words);
  bool withdraw(item_key, const char* words);
  void plan_cancels(core::duration wait);

  void plan_cycle();
  void ask_backlog();
  void ask_accounting();
  void end_cycle();
  void outage(bool& known, const char* who, const io::error&);
  void recovered(bool& known, const char* who);
  void tell_unreadable(const listing&);

  void deliver(std::vector<delivery>);
  void tell(item_key, core::event);

  poller_config config_;
  poller_port& port_;
  watch_list watched_;

  in_turn<submission> waiting_;
  std::unordered_set<item_key, item_key_hash> waiting_items_;
  std::map<item_key, submission> flights_;                 ///< sbatch is under way; by their first item
  std::unordered_set<item_key, item_key_hash> in_flight_;  ///< the items of those
  std::unordered_set<item_key, item_key_hash> orphaned_;   ///< forgotten while their sbatch was under way
  std::unordered_set<item_key, item_key_hash>
      ended_early_;                    ///< found by name and ended before sbatch answered
  std::size_t array_most_ = SIZE_MAX;  ///< tasks of one array that the site's limits may take now
  bool held_ = false;                  ///< settle is detaching: no sbatch any more
  bool paused_ = false;                ///< the site said "not now": nobody asks for a while
  bool put_off_told_ = false;
  std::uint32_t refusals_ = 0;  ///< in a row
  std::vector<std::uint64_t> cancels_;
  std::vector<std::uint64_t> cancels_sent_;
  std::size_t cancels_gathered_ = 0;  ///< when it was last looked whether more are coming
  std::size_t gatherings_ = 0;
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
  std::optional<std::uint64_t>
      backlog_;  ///< what slurmctld still had to tell slurmdbd in this cycle, if it said
  bool controller_out_ = false;
  bool accounting_out_ = false;
  bool unreadable_told_ = false;
  bool accounting_disabled_told_ = false;
};

}  // namespace settle::actors

// A stage for actor tests: CAF's own deterministic scheduler and virtual clock, a cluster that the test plays, and
// run stores that live in memory. Nothing sleeps; an hour of polling takes microseconds.
#pragma once

#include "actors/messages.hpp"
#include "actors/run_store.hpp"
#include "actors/system.hpp"
#include "tests/journal_pieces.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stage {

using namespace settle;
using namespace std::chrono_literals;

/// A job on the played cluster.
struct played_job {
  std::string name;
  core::meaning means = core::meaning::waiting;
  bool listed = true;  ///< false: purged from the controller
  core::exit_status exact;
  core::cause why = core::cause::none;
  core::epoch_seconds submit = 0;
  std::string reason;  ///< why it waits
  core::prospect outlook = core::prospect::starts;
  std::vector<core::account_row> rows;  ///< in accounting; empty: none yet
};

/// The test's Slurm: answers at once unless told otherwise.
class played_cluster : public actors::cluster {
public:
  explicit played_cluster(std::function<core::instant()> now) : now_(std::move(now)) {}

  std::map<std::uint64_t, played_job> jobs;
  std::uint64_t next_id = 100;
  bool controller_answers = true;
  bool accounting_answers = true;
  std::size_t ids_of_a_call = 10'000;  ///< as many as one sacct is asked about
  core::duration failure_latency{};    ///< how long a squeue takes that does not reach the controller
  bool list_throws = false;
  bool hold_lists = false;  ///< squeue hangs: its answer is kept in held_lists
  std::vector<std::function<void()>> held_lists;
  /// What the next sbatch does: none: accepts.
  std::deque<io::error> refusals;
  bool hold_submissions = false;  ///< sbatch hangs: its answer is kept in held_submissions
  std::vector<std::function<void()>> held_submissions;
  bool lose_replies = false;               ///< sbatch submits, and its reply is lost
  std::map<std::string, int> submissions;  ///< by job name
  std::vector<actors::job_spec> arrays_submitted;
  std::vector<std::uint64_t> cancelled;
  std::string refuses;          ///< why no run may be started here
  bool hold_judgement = false;  ///< scontrol hangs: its answer is kept in held_judgements
  std::vector<std::function<void()>> held_judgements;
  std::uint64_t lists = 0;
  std::uint64_t accounts = 0;

  void list(std::function<void(actors::listing_answer)> done) override;
  void account(std::vector<std::uint64_t> ids, std::size_t calls_max,
               std::function<void(actors::accounting_answer)> done) override;
  void account_by_name(std::vector<std::string> names, core::epoch_seconds since,
                       std::function<void(actors::accounting_answer)> done) override;
  void submit(const actors::job_spec& job, std::function<void(io::result<std::uint64_t>)> done) override;
  void cancel(std::vector<std::uint64_t> ids, std::function<void(io::result<void>)> done) override;
  void accounting_backlog(std::function<void(std::optional<std::uint64_t>)> done) override;
  actors::array_limits limits{};  ///< what it says of arrays
  void arrays(std::function<void(actors::array_limits)> done) override { done(limits); }
  void examine(const core::policy&, std::function<void(actors::site_answer)> done) override { done({}); }
  void refusal(std::function<void(std::string)> done) override {
    if (hold_judgement)
      held_judgements.push_back([done = std::move(done), words = refuses] { done(words); });
    else
      done(refuses);
  }
  std::vector<actors::call_count> calls() const override { return {}; }

  /// The job of the task whose name begins like this.
  played_job& job_of(const std::string& task_name);
  void run_all();
  /// Ends it and purges it from the controller; accounting learns it when `account_for` is called.
  void vanish_all();
  void account_for(played_job& job, int exit_code);
  void account_for_all(int exit_code);

private:
  std::function<core::instant()> now_;
};

/// Keeps lines and documents; fails, or keeps its answers to itself, when told to.
struct kept_run {
  std::vector<std::string> lines;
  std::vector<std::string> documents;
  bool fails = false;
  bool hold = false;  ///< the disk is slow: answers wait in `held`
  std::vector<std::function<void(io::result<void>)>> held;
  void let_go() {
    for (auto& durable : std::exchange(held, {}))
      durable({});
  }
};

class memory_store : public actors::run_store {
public:
  explicit memory_store(std::shared_ptr<kept_run> kept) : kept_(std::move(kept)) {}
  void append(std::vector<std::string> lines, std::function<void(io::result<void>)> durable) override {
    if (kept_->fails) {
      durable(io::fail(io::errc::storage, "No space left on device"));
      return;
    }
    settle::tests::for_each_line(lines,
                                 [this](std::string line) { kept_->lines.push_back(std::move(line)); });
    if (kept_->hold)
      kept_->held.push_back(std::move(durable));
    else
      durable({});
  }
  io::result<void> keep_document(const std::string&, std::string_view text) override {
    kept_->documents.emplace_back(text);
    return {};
  }

private:
  std::shared_ptr<kept_run> kept_;
};

/// What a subscriber saw, and who told it.
struct seen {
  std::vector<core::stream_event> events;
  bool last = false;
  std::string trouble;
  caf::actor supervisor;  ///< the sender of the last batch
  std::optional<core::stream_event> finished() const;
  std::vector<core::item_status> life_of(const std::string& item) const;
  const core::stream_event* verdict_of(const std::string& item) const;
  bool told(const std::string& words) const;  ///< some notice holds them
};

class theatre {
public:
  explicit theatre(std::function<void(actors::system_config&)> adjust = {});
  ~theatre();

  /// `told`: hears of this run; none: `story`.
  std::string start(const std::string& document, std::size_t max_concurrent = 0,
                    std::shared_ptr<seen> told = nullptr);
  /// Lets every message that is under way arrive.
  void settle_down();
  /// Moves the virtual clock and delivers what is due, in steps of a second.
  void pass(core::duration time);
  /// Passes time until the run is over; fails the test after `limit`.
  void until_over(core::duration limit = 3600s);

  caf::actor_system_config cfg;
  caf::actor_system sys;
  caf::scheduler::test_coordinator& sched;
  std::shared_ptr<played_cluster> slurm;
  std::shared_ptr<kept_run> kept = std::make_shared<kept_run>();
  std::shared_ptr<seen> story = std::make_shared<seen>();
  std::map<std::string, tasks::claim> claims;  ///< by token
  actors::run_answer answer;
  caf::actor root;

  core::instant now() const;
};

/// {"tasks":[{"id":"a","name":"a","command":"true"},…]}
std::string tasks_named(const std::vector<std::string>& ids);
/// So many, named PREFIX0, PREFIX1, …
std::string tasks_numbered(std::size_t n, const std::string& prefix = "t");

}  // namespace stage

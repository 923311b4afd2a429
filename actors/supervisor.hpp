// Collects what items report: journals it, keeps counts and run status, starts what is ready, restarts what died,
// and feeds subscribers. Its state outlives it, so that a new supervisor can go on where one died.
#pragma once

#include "actors/arrays.hpp"
#include "actors/caf.hpp"
#include "actors/item.hpp"
#include "actors/item_job.hpp"
#include "actors/messages.hpp"
#include "actors/run_book.hpp"
#include "actors/run_founding.hpp"
#include "actors/run_recovery.hpp"
#include "actors/run_store.hpp"
#include "actors/system.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace settle::actors {

/// An item that has an actor.
struct live_item {
  caf::actor handle;
  item_job job;
};

struct subscription {
  caf::actor who;
  std::uint64_t next = 1;
  bool busy = false;  ///< a batch is out and not yet acknowledged
  bool over = false;  ///< it got the last batch
};

/// A run under supervision.
struct supervised_run {
  supervised_run(run_book told, std::unique_ptr<run_store> kept)
      : book(std::move(told)), store(std::move(kept)) {}

  run_book book;
  std::unique_ptr<run_store> store;
  std::unordered_map<core::item_index, live_item> live;
  std::vector<core::item_index> intended;           ///< taken; their intents have no line yet
  bool gathering = false;                           ///< more of them may come in a moment
  bool gathered = false;                            ///< that moment is over
  std::vector<planned_submission> planned;          ///< their intents have lines, not yet durable
  std::vector<planned_submission> writing_intents;  ///< and are on their way to the disk
  std::set<core::item_index> alone;                 ///< their array was refused
  bool writing = false;                             ///< lines are on their way to the disk
  std::uint64_t writing_seq = 0;
  std::uint64_t writing_ticket = 0;
  std::set<core::item_index> asking;  ///< their sbatch is under way
  std::unordered_map<core::item_index, std::uint32_t> deferrals;
  std::set<core::item_index> joined;     ///< generators whose document has joined
  std::set<core::item_index> cancelled;  ///< somebody asked that these be, by themselves
  std::vector<request_done> answers;     ///< to requests whose lines are not durable yet
  std::vector<request_done> writing_answers;
  std::map<std::string, request_done> answered;  ///< by letter
  std::set<core::item_index> retries;            ///< taken, and waiting for their time to be submitted again
  std::vector<subscription> subscribers;
  std::string trouble;  ///< not empty: nothing new is submitted, nothing more is shown
  bool finished = false;
  bool late = false;            ///< finished, and accounting is still asked about its unconfirmed completions
  core::duration late_until{};  ///< monotonic
};

/// What survives a supervisor that dies.
struct supervisor_state {
  system_config config;
  std::map<std::uint32_t, supervised_run> runs;
  std::map<std::string, std::uint32_t> by_id;
  std::uint32_t last_run = 0;
  std::uint32_t last_served = 0;       ///< the run whose turn it was last
  std::optional<array_limits> arrays;  ///< once the cluster has said; without arrays from the start
  bool detaching = false;
  bool looking = false;                                ///< for requests: the next look is on its way
  std::deque<core::duration> restarts;                 ///< of items, within the restart period
  std::unordered_map<caf::actor_id, item_key> actors;  ///< whose actor it is
  caf::intrusive_ptr<item_crew> crew;                  ///< of all items
  caf::actor postman;                                  ///< the crew's
  std::vector<job_forget> let_go;                      ///< the backend has not been told of them yet
};

class supervisor_actor : public caf::event_based_actor {
public:
  supervisor_actor(caf::actor_config& cfg, std::shared_ptr<supervisor_state> state, caf::actor backend,
                   caf::actor reader);
  const char* name() const override { return "settle.supervisor"; }

protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  using run_number = std::uint32_t;

  // runs
  run_answer submit(submit_run m);
  caf::response_promise resume(const resume_run& m);
  void taken(const run_taken& m);
  run_answer go_on_with(const std::string& run, taken_run& what);
  /// Whoever asked for the run hears this; nobody takes it any more.
  void answer_taking(const std::string& run, const run_answer& answer);
  void go_on(run_number number, supervised_run& r, const recovered_run& found);
  void keep_document(supervised_run& r, std::string_view text);
  founding_place place_of_runs() const;
  run_state_answer state_of(const std::string& run) const;

  // requests
  void cancel(run_number number, supervised_run& r);
  /// How many of them have no verdict yet.
  std::size_t cancel_items(run_number number, supervised_run& r, std::set<core::item_index> which);
  void cancel_one(run_number number, supervised_run& r, core::item_index index);
  void cancel_without_actor(run_number number, supervised_run& r, core::item_index index);
  bool cancel_wanted(const supervised_run& r, core::item_index index) const;
  request_answer carry_out(run_number number, supervised_run& r, const cancel_request& asked);
  void look_for_requests_soon();
  void look_for_requests_now();
  void requests_came_in(const requests_came& m);
  bool forget(const std::string& run);
  supervised_run* find(const std::string& run);
  supervised_run* find(run_number number);

  // items
  void fill_slots();
  void share_out(std::size_t slots);
  std::size_t slots_used() const;
  void write_intents(run_number number, supervised_run& r);
  void give_up_intended(run_number number, supervised_run& r);
  bool gathers(run_number number, supervised_run& r);
  void arrays_known(const array_limits& limits);
  void start_planned(run_number number, supervised_run& r, planned_submission those);
  bool spawn_item(run_number number, supervised_run& r, core::item_index index, item_job job);
  void start_actor(run_number number, supervised_run& r, core::item_index index, core::item it, item_job job);
  std::shared_ptr<const item_links> links();
  void release(supervised_run& r, core::item_index index);
  void reported(item_report& m);
  void let_go(item_key key, supervised_run& r, bool ended);
  void tell_let_go();
  void seen_again(const job_seen_again& m);
  void dismiss_items(run_number number, supervised_run& r);
  void conclude(run_number number, supervised_run& r);
  void ask_late(run_number number, supervised_run& r);
  void end_late(run_number number);
  void ask_for_document(item_key key, supervised_run& r);
  /// After a restart of somebody on the way: the same question again.
  void read_again_for(run_number number, supervised_run& r, core::item_index index);
  void retry(item_key key);
  void tell_changes(run_number number, supervised_run& r, const core::run_change& change,
                    core::duration wall);
  void submit_later(item_key key, supervised_run& r);
  void document_answered(const document_came& m);
  void tell_item(item_key key, supervised_run& r, core::event_kind kind, std::string words);
  void record(run_number number, supervised_run& r, core::item_index index, const core::item& now,
              core::duration wall);

  // journal and subscribers
  void flush(run_number number, supervised_run& r);
  void journal_answered(const journal_came& m);
  void feed(supervised_run& r);
  void feed_one(supervised_run& r, subscription& s);
  void subscribe(const subscribe_run& m);
  void acknowledged(const stream_ack& m);

  // supervision
  void ended(const caf::actor_addr& who, const caf::error& why);
  void item_ended(caf::actor_id who, const caf::error& why);
  void restart_item(run_number number, supervised_run& r, core::item_index index, const caf::error& why);
  bool restarts_exceeded();
  void adopt();
  void answer_detached();
  bool settled_down() const;

  std::shared_ptr<supervisor_state> state_;
  bool slots_freed_ = false;  ///< without a report: they are shared out with the message that is on its way
  caf::actor backend_;
  caf::actor reader_;
  std::shared_ptr<const core::policy> rules_;
  std::weak_ptr<const item_links>
      links_;  ///< of the items that live; theirs alone: they hold a handle to this actor
  struct taking {
    caf::actor_id taker = 0;
    std::vector<caf::response_promise> asked;
  };
  std::map<std::string, taking> taking_;  ///< runs that are being taken: by id
  std::vector<caf::response_promise> detach_promises_;
};

}  // namespace settle::actors

// The life of one item around its rules: what comes for it is judged, held while a file must be read first, applied,
// and what follows is asked of its port. Plain code without actor: the item actor carries it out, a simulation plays it.
#pragma once

#include "actors/core/boxed.hpp"
#include "actors/core/item.hpp"
#include "actors/watch_list.hpp"
#include "io/tasks/claim.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settle::actors {

/// Where an item's wishes go.
class item_port {
public:
  virtual ~item_port() = default;
  virtual void order() = 0;             ///< run its job; an array's task goes out with the others
  virtual void watch(watch_order) = 0;  ///< its job's name and index are the port's to fill in
  virtual void needs(item_needs) = 0;
  virtual void clock(clock_kind) = 0;
  virtual void cancel(std::uint64_t job_id) = 0;
  virtual void ask_mark() = 0;     ///< answered by item_life::mark_answered
  virtual void ask_witness() = 0;  ///< answered by item_life::witness_answered
  /// Who has its claim? With `take` settle has it from then on, if nobody had. Answered by item_life::claim_answered.
  virtual void ask_claim(bool take) = 0;
  virtual void report(const core::item&, std::vector<core::effect>, core::instant at) = 0;
  virtual void done() = 0;  ///< nothing is left to do for this item
};

/// The line that a job which could not start leaves in its error file.
struct launch_mark {
  bool found = false;
  std::string words;
};

/// The exit record that a job's own script wrote.
struct exit_witness {
  std::int32_t exit = 0;
  std::uint64_t job_id = 0;
  std::uint32_t restarts = 0;
  std::optional<core::epoch_seconds> start;
  std::optional<core::epoch_seconds> end;
};

/// What the job's script leaves in the run's folder.
struct job_files {
  bool exit_record = false;
  bool claim = false;
};

class item_life {
public:
  item_life(core::item it, job_files files, std::shared_ptr<const core::policy> rules, item_port& port);

  /// Begin, or go on after a restart of this item's actor or of the backend.
  void begin(core::instant at);
  void receive(core::event e, std::vector<core::account_row> rows);
  void mark_answered(launch_mark);
  void witness_answered(std::optional<exit_witness>);
  void claim_answered(tasks::claim);
  /// Tell a new supervisor where this item stands.
  void report_again();
  const core::item& now() const noexcept { return item_; }

private:
  struct held {
    core::event what;
    std::vector<core::account_row> rows;
  };
  bool must_wait(core::event& e);
  bool ends_unrecorded(const core::event& e) const;
  bool wants_claim(const core::event& e) const;
  bool use_claim(core::event& e);
  void first_look();
  bool wants_witness(const core::event& e) const;
  void use_witness(core::event& e) const;
  void judge(core::event& e, const std::vector<core::account_row>& rows) const;
  void go_on();
  void apply(core::event e);
  void watch_job();
  void carry_out(const core::event& e, const std::vector<core::effect>& effects);
  item_needs wanted_needs() const;
  void tell_needs();

  core::item item_;
  std::shared_ptr<const core::policy> rules_;
  item_port& port_;
  item_needs needs_;
  item_needs told_needs_;                ///< what the backend knows of them
  clock_kind clock_ = clock_kind::none;  ///< which limit the backend counts for it
  job_files files_;
  bool witness_fresh_ = false;          ///< it was read for the event that is first in line
  bool claim_fresh_ = false;            ///< likewise
  std::uint8_t claims_unreadable_ = 0;  ///< so often a search that had found nothing met one
  bool reading_ = false;                ///< a file is being read
  std::optional<core::instant>
      looking_;  ///< it is the claim of an item that another process, or actor, left unclear
  core::boxed<launch_mark> mark_;
  core::boxed<exit_witness> witness_;
  core::boxed<tasks::claim> claim_;
  std::vector<held> held_;  ///< what came while a file was read
};

}  // namespace settle::actors

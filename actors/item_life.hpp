// The life of one item around its rules: what comes for it is judged, held while a file must be read first, applied,
// and what follows is asked of its port. Plain code without actor: the item actor carries it out, a simulation plays it.
#pragma once

#include "actors/core/boxed.hpp"
#include "actors/core/item.hpp"
#include "actors/watch_list.hpp"

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

class item_life {
public:
  /// `keeps_record`: the job's script leaves an exit record.
  item_life(core::item it, bool keeps_record, std::shared_ptr<const core::policy> rules, item_port& port);

  /// Begin, or go on after a restart of this item's actor or of the backend.
  void begin(core::instant at);
  void receive(core::event e, std::vector<core::account_row> rows);
  void mark_answered(launch_mark);
  void witness_answered(std::optional<exit_witness>);
  /// Tell a new supervisor where this item stands.
  void report_again();
  const core::item& now() const noexcept { return item_; }

private:
  struct held {
    core::event what;
    std::vector<core::account_row> rows;
  };
  bool must_wait(core::event& e);
  bool wants_witness(const core::event& e) const;
  void use_witness(core::event& e) const;
  void judge(core::event& e, const std::vector<core::account_row>& rows) const;
  void go_on();
  void apply(core::event e);
  void carry_out(const core::event& e, const std::vector<core::effect>& effects);
  item_needs wanted_needs() const;
  void tell_needs();

  core::item item_;
  std::shared_ptr<const core::policy> rules_;
  item_port& port_;
  item_needs needs_;
  item_needs told_needs_;                ///< what the backend knows of them
  clock_kind clock_ = clock_kind::none;  ///< which limit the backend counts for it
  bool keeps_record_;
  bool witness_fresh_ = false;  ///< it was read for the event that is first in line
  bool reading_ = false;        ///< a file is being read
  core::boxed<launch_mark> mark_;
  core::boxed<exit_witness> witness_;
  std::vector<held> held_;  ///< what came while a file was read
};

}  // namespace settle::actors

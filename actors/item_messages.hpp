// What supervisor, items and backend tell each other. Part of actors/messages.hpp, which registers all messages.
#pragma once

#include "actors/caf.hpp"
#include "actors/cluster.hpp"
#include "actors/core/item.hpp"
#include "actors/item_life.hpp"
#include "actors/job_spec.hpp"
#include "actors/keys.hpp"
#include "actors/watch_list.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settle::actors {

/// Begin (or, after a restart, go on) with the item.
struct item_begin {
  core::instant at;
};
/// Something happened to the item. `rows` goes with accounting_answered.
struct observed {
  core::event what;
  std::vector<core::account_row> rows;
};
/// What the item is now, and what of it concerns the supervisor.
struct item_report {
  item_key key;
  core::item now;
  bool submit_again = false;  ///< back to those that are ready
  core::instant at;
};

/// The backend to the postman of the items' crew: what happened to these, one after the other.
struct item_mail {
  caf::actor to;
  observed what;
};
struct item_mailbag {
  std::vector<item_mail> those;
};
/// Items to the supervisor.
struct item_reports {
  std::vector<item_report> those;
};

/// An item's actor is no more.
struct item_end {
  caf::actor_id who = 0;
  caf::error why;  ///< none: in order
};
/// Items to the supervisor, behind what they reported. It monitors none of them: a million messages less.
struct item_ends {
  std::vector<item_end> those;
};

/// Run this job. The backend answers the item with submit_* or process_* events.
struct job_order {
  item_key key;
  std::shared_ptr<const job_spec> spec;
  caf::actor item;
  caf::actor postman;  ///< of the item's crew; none: each item is told by itself
};
/// The supervisor to the backend: run these items as one job array. They are told as with job_order.
struct array_order {
  std::vector<item_key> tasks;
  std::vector<caf::actor> items;          ///< one for each of `tasks`
  std::shared_ptr<const job_spec> array;  ///< `tasks[i]` is its task `array->array[i]`
  caf::actor postman;                     ///< as in job_order
};
/// The backend to the supervisor: the array of these items was refused; each is to be submitted as a job of its own.
/// They are told submit_deferred after this.
struct array_refused {
  std::vector<item_key> tasks;
};
/// What arrays the cluster takes, by its own word.
struct arrays_allowed {
  array_limits limits;
};
/// To oneself: the intents that were gathered are written.
struct intents_due {
  std::uint32_t run = 0;
};
/// To oneself: slots became free of which no item reports; they are shared out.
struct slots_freed {};
/// Watch this item's job again, which an earlier backend or an earlier actor of the item had watched.
struct job_watch {
  item_key key;
  watch_order what;
  std::shared_ptr<const job_spec> spec;
  caf::actor item;
  caf::actor postman;  ///< as in job_order
};
/// To oneself: mail that was gathered goes out.
struct mail_due {};
/// What an item wishes of the backend from now on; absent: as before.
struct wishes_changed {
  item_key key;
  std::optional<clock_kind> clock{};
  std::optional<item_needs> needs{};
};
struct item_wishes {
  std::vector<wishes_changed> those;
};
struct job_cancel {
  item_key key;
  std::uint64_t job_id = 0;
};
struct job_forget {
  item_key key;
  bool ended = false;  ///< its verdict is confirmed: should its job run again, job_seen_again tells
};
struct jobs_forget {
  std::vector<job_forget> those;
};
/// The run is over: none of its jobs is of interest any more.
struct run_forget {
  std::uint32_t run = 0;
};
/// The backend to the supervisor: the job of an item that has its verdict was listed alive.
struct job_seen_again {
  item_key key;
  core::event what;
};
/// The backend to the supervisor, who sends it back at once: what was reported before has been taken then.
struct pace_asked {};
/// The backend tells the supervisor something people should know.
struct backend_notice {
  std::string words;
};
/// A new supervisor has taken the place of one that died: report everything to it.
struct supervisor_changed {
  caf::actor supervisor;
};
struct backend_changed {
  caf::actor backend;
};
struct reader_changed {
  caf::actor reader;
};

}  // namespace settle::actors

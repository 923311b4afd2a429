// Every message that travels between settle's actors, in one list, and their registration. All stay inside the process.
// What hosts send and receive is in actors/host_messages.hpp; the rest is between our own actors.
#pragma once

#include "actors/caf.hpp"
#include "actors/cluster.hpp"
#include "actors/core/item.hpp"
#include "actors/host_messages.hpp"
#include "actors/item_life.hpp"
#include "actors/job_spec.hpp"
#include "actors/keys.hpp"
#include "actors/translate/request_json.hpp"
#include "actors/watch_list.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settle::actors {

// -- between supervisor, items and backend -----------------------------------------------------------------------

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

// -- to oneself: answers that came from other threads, and time ----------------------------------------------------

struct cycle_due {};
struct cancels_due {};
struct cancels_came {
  bool done = false;
};
struct listing_came {
  std::uint64_t cycle = 0;
  listing_answer answer;
};
struct accounting_came {
  std::uint64_t cycle = 0;
  std::vector<std::string> names;  ///< a search by these names; empty: by ids
  accounting_answer answer;
};
struct backlog_came {
  std::uint64_t cycle = 0;
  std::optional<std::uint64_t> records;
};
struct submission_came {
  item_key key;
  std::string job_name;
  io::result<std::uint64_t> answer;
};
struct process_came {
  item_key key;
  std::optional<io::error> refused{};
  std::uint64_t pid = 0;
  std::optional<process_end> end{};
  bool unrun = false;  ///< an earlier order of it has made no process, and never will
};
struct journal_came {
  std::uint32_t run = 0;
  std::uint64_t ticket = 0;
  std::optional<io::error> error;
};
struct retry_due {
  item_key key;
};
/// The supervisor to the backend: take back every order whose sbatch has not started.
struct hold_submissions {};
struct submit_due {};
/// The guardian to the supervisor: end, and your items with you.
struct stop_all {};

// -- the file reader ----------------------------------------------------------------------------------------------

/// Read the document that a generator wrote; tried until `wait` is over.
struct read_document {
  item_key key;
  std::string path;
  std::shared_ptr<const tasks::document> parent;  ///< what the generated document inherits from
  core::duration wait{};
  caf::actor answer_to;
};
struct document_came {
  item_key key;
  std::string text;
  std::string trouble;  ///< not empty: it could not be read
};
/// Does the error file end with the launch failure mark?
struct read_mark {
  std::string path;
  std::string token;
  caf::actor answer_to;
};
struct mark_came {
  bool found = false;
  std::string words;
};
/// What does the exit record say that the job's script left?
struct read_witness {
  std::string path;
  std::string token;
};
struct witness_came {
  bool found = false;
  int exit_code = 0;
  std::uint64_t job_id = 0;   ///< must be the item's: ids of an earlier submission never have this token
  std::uint32_t restart = 0;  ///< must be that of the item's newest attempt, where that is known
  std::optional<core::epoch_seconds> start, end;  ///< by the node's clock
  std::string trouble;  ///< there is a file, but no whole record of this token in it: why
};
/// Who has the claim of the submission with this token? With `take` settle has it then, if nobody had.
struct read_claim {
  std::string path;
  std::string token;
  bool take = false;
};
struct claim_came {
  tasks::claim what{tasks::claim_holder::unknown};
};
struct read_again {
  std::uint64_t ticket = 0;
};
/// Which letters in the inbox are for these runs?
struct look_for_requests {
  std::string inbox;
  std::shared_ptr<const std::vector<std::string>> runs;  ///< sorted
  caf::actor answer_to;
};
struct posted_request {
  std::string letter;  ///< its name
  io::result<cancel_request> asked;
};
struct requests_came {
  std::vector<posted_request> requests;
};
/// The supervisor to itself: it is time to look.
struct requests_due {};
/// The supervisor to itself: accounting of this finished run was asked for long enough.
struct late_over {
  std::uint32_t run = 0;
};
/// Take this run (id and folder are enough), and read what is in its folder. Answered with run_taken.
struct take_run {
  run_facts place;
  bool take_over = false;  ///< whoever supervises it now counts as gone
  caf::actor answer_to;
};
struct taken_run;  // actors/run_taker.hpp
struct run_taken {
  std::string run;
  std::shared_ptr<taken_run> what;
};
/// Put the answer into the outbox, then take the letter out of the inbox.
struct request_done {
  std::string inbox, outbox, letter;
  request_answer answer;
};

// -- of the guardian to itself ---------------------------------------------------------------------------------------

/// The cluster said why it is not fit for settle; empty: nothing speaks against it.
struct refusal_came {
  std::string words;
};

}  // namespace settle::actors

SETTLE_LOCAL_MESSAGE(settle::actors::submit_run)
SETTLE_LOCAL_MESSAGE(settle::actors::resume_run)
SETTLE_LOCAL_MESSAGE(settle::actors::run_answer)
SETTLE_LOCAL_MESSAGE(settle::actors::subscribe_run)
SETTLE_LOCAL_MESSAGE(settle::actors::stream_batch)
SETTLE_LOCAL_MESSAGE(settle::actors::stream_ack)
SETTLE_LOCAL_MESSAGE(settle::actors::cancel_run)
SETTLE_LOCAL_MESSAGE(settle::actors::ask_run)
SETTLE_LOCAL_MESSAGE(settle::actors::run_state_answer)
SETTLE_LOCAL_MESSAGE(settle::actors::detach_all)
SETTLE_LOCAL_MESSAGE(settle::actors::all_detached)
SETTLE_LOCAL_MESSAGE(settle::actors::item_begin)
SETTLE_LOCAL_MESSAGE(settle::actors::observed)
SETTLE_LOCAL_MESSAGE(settle::actors::item_ends)
SETTLE_LOCAL_MESSAGE(settle::actors::item_mailbag)
SETTLE_LOCAL_MESSAGE(settle::actors::mail_due)
SETTLE_LOCAL_MESSAGE(settle::actors::item_reports)
SETTLE_LOCAL_MESSAGE(settle::actors::job_order)
SETTLE_LOCAL_MESSAGE(settle::actors::array_order)
SETTLE_LOCAL_MESSAGE(settle::actors::array_refused)
SETTLE_LOCAL_MESSAGE(settle::actors::arrays_allowed)
SETTLE_LOCAL_MESSAGE(settle::actors::intents_due)
SETTLE_LOCAL_MESSAGE(settle::actors::slots_freed)
SETTLE_LOCAL_MESSAGE(settle::actors::job_watch)
SETTLE_LOCAL_MESSAGE(settle::actors::item_wishes)
SETTLE_LOCAL_MESSAGE(settle::actors::job_cancel)
SETTLE_LOCAL_MESSAGE(settle::actors::jobs_forget)
SETTLE_LOCAL_MESSAGE(settle::actors::pace_asked)
SETTLE_LOCAL_MESSAGE(settle::actors::backend_notice)
SETTLE_LOCAL_MESSAGE(settle::actors::supervisor_changed)
SETTLE_LOCAL_MESSAGE(settle::actors::backend_changed)
SETTLE_LOCAL_MESSAGE(settle::actors::reader_changed)
SETTLE_LOCAL_MESSAGE(settle::actors::cycle_due)
SETTLE_LOCAL_MESSAGE(settle::actors::cancels_due)
SETTLE_LOCAL_MESSAGE(settle::actors::cancels_came)
SETTLE_LOCAL_MESSAGE(settle::actors::listing_came)
SETTLE_LOCAL_MESSAGE(settle::actors::accounting_came)
SETTLE_LOCAL_MESSAGE(settle::actors::backlog_came)
SETTLE_LOCAL_MESSAGE(settle::actors::submission_came)
SETTLE_LOCAL_MESSAGE(settle::actors::process_came)
SETTLE_LOCAL_MESSAGE(settle::actors::journal_came)
SETTLE_LOCAL_MESSAGE(settle::actors::retry_due)
SETTLE_LOCAL_MESSAGE(settle::actors::stop_all)
SETTLE_LOCAL_MESSAGE(settle::actors::hold_submissions)
SETTLE_LOCAL_MESSAGE(settle::actors::submit_due)
SETTLE_LOCAL_MESSAGE(settle::actors::read_document)
SETTLE_LOCAL_MESSAGE(settle::actors::document_came)
SETTLE_LOCAL_MESSAGE(settle::actors::read_mark)
SETTLE_LOCAL_MESSAGE(settle::actors::mark_came)
SETTLE_LOCAL_MESSAGE(settle::actors::read_witness)
SETTLE_LOCAL_MESSAGE(settle::actors::witness_came)
SETTLE_LOCAL_MESSAGE(settle::actors::read_claim)
SETTLE_LOCAL_MESSAGE(settle::actors::claim_came)
SETTLE_LOCAL_MESSAGE(settle::actors::read_again)
SETTLE_LOCAL_MESSAGE(settle::actors::run_forget)
SETTLE_LOCAL_MESSAGE(settle::actors::request_answer)
SETTLE_LOCAL_MESSAGE(settle::actors::forget_run)
SETTLE_LOCAL_MESSAGE(settle::actors::run_forgotten)
SETTLE_LOCAL_MESSAGE(settle::actors::look_for_requests)
SETTLE_LOCAL_MESSAGE(settle::actors::requests_came)
SETTLE_LOCAL_MESSAGE(settle::actors::requests_due)
SETTLE_LOCAL_MESSAGE(settle::actors::request_done)
SETTLE_LOCAL_MESSAGE(settle::actors::late_over)
SETTLE_LOCAL_MESSAGE(settle::actors::job_seen_again)
SETTLE_LOCAL_MESSAGE(settle::actors::take_run)
SETTLE_LOCAL_MESSAGE(settle::actors::run_taken)
SETTLE_LOCAL_MESSAGE(settle::actors::refusal_came)

// clang-format off
CAF_BEGIN_TYPE_ID_BLOCK(settle, caf::first_custom_type_id)
  CAF_ADD_TYPE_ID(settle, (settle::actors::submit_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::resume_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::run_answer))
  CAF_ADD_TYPE_ID(settle, (settle::actors::subscribe_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::stream_batch))
  CAF_ADD_TYPE_ID(settle, (settle::actors::stream_ack))
  CAF_ADD_TYPE_ID(settle, (settle::actors::cancel_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::ask_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::run_state_answer))
  CAF_ADD_TYPE_ID(settle, (settle::actors::detach_all))
  CAF_ADD_TYPE_ID(settle, (settle::actors::all_detached))
  CAF_ADD_TYPE_ID(settle, (settle::actors::item_begin))
  CAF_ADD_TYPE_ID(settle, (settle::actors::observed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::item_ends))
  CAF_ADD_TYPE_ID(settle, (settle::actors::item_mailbag))
  CAF_ADD_TYPE_ID(settle, (settle::actors::mail_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::item_reports))
  CAF_ADD_TYPE_ID(settle, (settle::actors::job_order))
  CAF_ADD_TYPE_ID(settle, (settle::actors::array_order))
  CAF_ADD_TYPE_ID(settle, (settle::actors::array_refused))
  CAF_ADD_TYPE_ID(settle, (settle::actors::arrays_allowed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::intents_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::slots_freed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::job_watch))
  CAF_ADD_TYPE_ID(settle, (settle::actors::item_wishes))
  CAF_ADD_TYPE_ID(settle, (settle::actors::job_cancel))
  CAF_ADD_TYPE_ID(settle, (settle::actors::jobs_forget))
  CAF_ADD_TYPE_ID(settle, (settle::actors::backend_notice))
  CAF_ADD_TYPE_ID(settle, (settle::actors::supervisor_changed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::backend_changed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::reader_changed))
  CAF_ADD_TYPE_ID(settle, (settle::actors::cycle_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::cancels_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::cancels_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::listing_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::accounting_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::backlog_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::submission_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::process_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::journal_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::retry_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::stop_all))
  CAF_ADD_TYPE_ID(settle, (settle::actors::hold_submissions))
  CAF_ADD_TYPE_ID(settle, (settle::actors::submit_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::read_document))
  CAF_ADD_TYPE_ID(settle, (settle::actors::document_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::read_mark))
  CAF_ADD_TYPE_ID(settle, (settle::actors::mark_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::read_witness))
  CAF_ADD_TYPE_ID(settle, (settle::actors::witness_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::read_claim))
  CAF_ADD_TYPE_ID(settle, (settle::actors::claim_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::read_again))
  CAF_ADD_TYPE_ID(settle, (settle::actors::run_forget))
  CAF_ADD_TYPE_ID(settle, (settle::actors::job_seen_again))
  CAF_ADD_TYPE_ID(settle, (settle::actors::take_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::run_taken))
  CAF_ADD_TYPE_ID(settle, (settle::actors::request_answer))
  CAF_ADD_TYPE_ID(settle, (settle::actors::forget_run))
  CAF_ADD_TYPE_ID(settle, (settle::actors::run_forgotten))
  CAF_ADD_TYPE_ID(settle, (settle::actors::look_for_requests))
  CAF_ADD_TYPE_ID(settle, (settle::actors::requests_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::requests_due))
  CAF_ADD_TYPE_ID(settle, (settle::actors::request_done))
  CAF_ADD_TYPE_ID(settle, (settle::actors::late_over))
  CAF_ADD_TYPE_ID(settle, (settle::actors::refusal_came))
  CAF_ADD_TYPE_ID(settle, (settle::actors::pace_asked))
CAF_END_TYPE_ID_BLOCK(settle)
// clang-format on

// Every message that travels between settle's actors, in one list, and their registration. All stay inside the process.
// What hosts send and receive is in actors/host_messages.hpp; the rest is between our own actors.
#pragma once

#include "actors/caf.hpp"
#include "actors/cluster.hpp"
#include "actors/core/item.hpp"
#include "actors/host_messages.hpp"
#include "actors/item_life.hpp"
#include "actors/item_messages.hpp"
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

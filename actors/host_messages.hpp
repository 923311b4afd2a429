// What a host actor system sends to settle and receives from it: runs to start, go on with, cancel and let go of, and the
// events of a run as they become durable. Registered with all others in actors/messages.hpp.
#pragma once

#include "actors/caf.hpp"
#include "actors/core/run.hpp"
#include "actors/core/stream.hpp"
#include "actors/translate/request_json.hpp"
#include "io/tasks/document.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace settle::actors {

// -- for hosts: sent to the actor that spawn_settle returns ------------------------------------------------------

/// Start a run of this document. Answered with run_answer.
struct submit_run {
  std::string document;   ///< the text of the task document
  std::string source;     ///< its file name, for titles and messages; may be empty
  std::string title;      ///< empty: the document's, or the source
  std::string start_dir;  ///< absolute; relative and absent working_dir mean this
  std::size_t max_concurrent = 0;
};
/// Go on with a run that another process left in the state directory. Answered with run_answer; what its journal holds
/// already is not sent to subscribers again.
struct resume_run {
  std::string run;
  bool take_over = false;  ///< whoever supervises it now counts as gone
};
struct run_answer {
  std::string run;             ///< empty: refused
  std::uint64_t next_seq = 1;  ///< of the first event that this process will tell
  std::vector<tasks::problem> problems;
  std::vector<tasks::problem> warnings;
  std::string trouble;  ///< not the document's fault: the run's folder could not be made
};

/// Send the run's events from this seq (first: 1) on to the subscriber, as stream_batch messages. The subscriber
/// answers each with stream_ack; until then nothing more is sent to it.
struct subscribe_run {
  std::string run;
  std::uint64_t from_seq = 1;
  caf::actor subscriber;
};
struct stream_batch {
  std::string run;
  std::vector<core::stream_event> events;  ///< in order, durable
  std::uint64_t missed = 0;  ///< events that were dropped before these: the subscriber was too slow
  bool last = false;         ///< run_finished or trouble: nothing follows
  std::string trouble;       ///< the supervisor cannot go on with this run: why
};
struct stream_ack {
  std::string run;
  caf::actor subscriber;
};

/// Cancel every item of the run that is not terminal, or of these alone. Evidence decides what becomes of each. Answered
/// with request_answer: not carried out where there is no such run or item.
struct cancel_run {
  std::string run;
  std::vector<std::string> items{};  ///< ids or patterns as in `deps`
};
/// Let go of a run that is finished or in trouble, once every subscriber has heard that: nothing of it is held in memory from then on, and its folder is free
/// for another process. Answered with run_forgotten.
struct forget_run {
  std::string run;
};
struct run_forgotten {
  bool done = false;  ///< false: it is under way
};
/// Where the run stands. Answered with run_state_answer.
struct ask_run {
  std::string run;
};
struct run_state_answer {
  bool known = false;
  std::string title;
  core::run_status status{};
  bool confirmed = false;
  core::counts tally;
  std::string trouble;
};
/// No new submissions from now on. Answered with all_detached once those in flight are known and journaled.
struct detach_all {};
struct all_detached {};

}  // namespace settle::actors

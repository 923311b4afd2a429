// One run as the supervisor keeps it: facts, documents, the core's bookkeeping, and its story on the way to the
// journal and to subscribers. An event is shown only after the journal holds it. Plain code: no actor, no thread.
#pragma once

#include "actors/core/run.hpp"
#include "actors/core/stream.hpp"
#include "actors/job_spec.hpp"
#include "actors/translate/json_writer.hpp"
#include "io/result.hpp"
#include "io/tasks/document.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settle::actors {

/// What an item's event tells of it; kind, seq, run, item and time are the caller's.
core::stream_event event_of_item(const core::item& it);
/// The same, into one that is new.
void tell_of_item(core::stream_event& e, const core::item& it);

class run_book {
public:
  run_book(run_facts facts, std::size_t max_concurrent, bool unconfirmed_releases);

  const run_facts& facts() const noexcept { return facts_; }
  core::run& run() noexcept { return run_; }
  const core::run& run() const noexcept { return run_; }

  /// The document's tasks join the run. Problems: nothing joined. `generator`: the id of the item that wrote it;
  /// empty for the first.
  std::vector<tasks::problem> add_document(tasks::document doc, std::string_view generator,
                                           core::run_change* change = nullptr);
  /// The same for a document that joined in another process: the journal has its line already.
  std::vector<tasks::problem> restore_document(tasks::document doc);
  /// Another process told the events up to this one: they are durable, and not held here.
  void continue_after(std::uint64_t seq) noexcept {
    seq_ = durable_ = seq;
    first_held_ = seq + 1;
  }
  /// Items may depend on these, which completed in the run that this one retries; a document that a generator writes
  /// may name them. The journal gets its line.
  void add_completed_before(const std::vector<std::string>& ids);
  /// The file name under which the store keeps the document that joined last.
  std::string newest_document() const;
  static std::string document_name(std::size_t n);  ///< of the n-th that joined, from 0
  /// A document as it joined, with all that it inherits.
  struct part {
    tasks::document doc;
    core::item_index first = 0;                                      ///< of its tasks
    std::shared_ptr<const tasks::document> inherited;                ///< the document without its tasks
    std::shared_ptr<const tasks::resolved_environment> environment;  ///< see common_environment
  };
  const std::vector<part>& parts() const noexcept { return parts_; }
  const tasks::task& task(core::item_index) const;
  /// It is not submitted any more: of its task only the id, the name and what it wanted of Slurm are kept.
  void forget_task(core::item_index);
  /// What a document that this item writes inherits: the defaults, rules and groups of the item's own document.
  std::shared_ptr<const tasks::document> inherited_by(core::item_index) const;
  /// Of an item that stands in an array with the array's name and no script.
  io::result<std::shared_ptr<const job_spec>> spec(core::item_index, std::uint32_t submission) const;
  io::result<script_parts> script_of(core::item_index, std::uint32_t submission) const;
  /// What these have in common; null where any of them has rules or init of its own, or another document.
  std::shared_ptr<const tasks::resolved_environment>
      environment_of_all(std::span<const core::item_index>) const;
  /// Its newest submission goes out with others; none: alone.
  void place(core::item_index, std::optional<array_place>);
  std::string array_token(const array_place&) const;

  // -- the story ---------------------------------------------------------------------------------------------
  void tell_started(core::duration wall);
  void tell_added(core::item_index generator, core::duration wall);
  void tell_item(core::item_index, core::stream_kind, core::duration wall);
  void tell_notice(std::string words, core::duration wall);
  void tell_finished(core::duration wall);
  /// A line for the journal alone.
  void note(std::string_view line);
  /// The same of an item's intent (intent_line, array_intent_line).
  void note_intent(core::item_index, std::string_view token);
  void note_intent(core::item_index, std::string_view token, std::string_view array, std::uint32_t index);

  bool has_lines() const noexcept { return !lines_.empty() || writer_.size() != 0; }
  /// Lines to append now, as run_store takes them, and the seq of the last event among them.
  std::vector<std::string> take_lines(std::uint64_t& last_seq);
  /// The journal holds everything up to this event.
  void now_durable(std::uint64_t seq) noexcept { durable_ = seq; }
  std::uint64_t durable() const noexcept { return durable_; }
  std::uint64_t last_seq() const noexcept { return seq_; }

  /// Durable events from `from` on, at most `max`; `missed` counts those that are no longer held.
  std::vector<core::stream_event> events(std::uint64_t from, std::size_t max, std::uint64_t& missed) const;

  /// Every subscriber has the events up to this one: no more of them need be held than one that comes late may want.
  void told_to_all(std::uint64_t seq);

private:
  const part& part_of(core::item_index) const;
  std::vector<tasks::problem> join(tasks::document doc, core::run_change* change);
  core::stream_event& new_event(core::stream_kind kind, core::duration wall);
  void tell(const core::stream_event& e, const core::item* kept = nullptr);
  void end_line();

  run_facts facts_;
  core::run run_;
  std::vector<part> parts_;
  std::vector<array_place> places_;  ///< by item; leader_submission 0: it stands in no array
  json_writer writer_;               ///< the newest lines
  std::vector<std::string> lines_;   ///< those before them, in large pieces
  std::deque<core::stream_event> events_;
  std::uint64_t first_held_ = 1;
  std::uint64_t seq_ = 0;
  std::uint64_t durable_ = 0;
};

}  // namespace settle::actors

// The journal's lines: what the run is, which documents joined, which submissions were intended or withdrawn, and the
// events of the stream, each item's with what the rules need to go on. Writer, and the one reader: a process that takes a
// run over and whoever only shows it read the same. Pure.
#pragma once

#include "actors/core/item.hpp"
#include "actors/core/stream.hpp"
#include "actors/job_spec.hpp"
#include "io/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace settle::actors {

struct journal_fields;

/// {"event":"run","v":1,"run":…,"title":…,"backend":…,"created":…,"start_dir":…,"home":…,"exit_records":…,
/// "max_concurrent":…,"retry_of":…,"earlier":[…]}: the first line; the last two only of a run that retries another one, the
/// last of all where that was a retry itself.
std::string run_line(const run_facts& run, std::size_t max_concurrent);
/// {"event":"document","v":1,"file":"document-0.json","tasks":N,"generator":id or null}
std::string document_line(std::string_view file, std::size_t tasks, std::string_view generator);
/// {"event":"intent","v":1,"item":…,"token":…}: durable before sbatch starts.
std::string intent_line(std::string_view item, std::string_view token);
/// The same of a task of an array: {"event":"array_intent",…,"array":the array's token,"index":N}. An event of its own,
/// because a settle that knows no arrays would search for such a job by a wrong name.
std::string array_intent_line(std::string_view item, std::string_view token, std::string_view array,
                              std::uint32_t index);
/// {"event":"withdrawn","v":1,"item":…}: its last intent made no job and never will.
std::string withdrawn_line(std::string_view item);
/// {"event":"cancel","v":1}: somebody asked that the run be cancelled; with `items` that these be.
std::string cancel_line(const std::vector<std::string>& items = {});
/// {"event":"completed_before","v":1,"items":[…]}: tasks that documents still to come may depend on, for they completed
/// in the run that this one retries.
std::string completed_before_line(const std::vector<std::string>& items);
/// {"event":"compacted","v":1}, behind the first line: what followed was made shorter since, numbers of events are missing.
std::string compacted_line();
/// An item's event with what only a process that takes the run over needs: its member "kept". Other readers of the
/// journal leave that out.
std::string item_line(const core::stream_event& e, const core::item& now);

/// What one line of a journal says.
struct kept_run {
  run_facts facts;  ///< without folder
  std::size_t max_concurrent = 0;
};
struct kept_document {
  std::string file;  ///< a name in the run's own folder
  std::uint64_t tasks = 0;
  std::string generator;  ///< empty: the first document
};
struct kept_intent {
  std::string_view item;
  std::uint32_t submission = 0;  ///< the ordinal in its token
  std::optional<array_place> array{};
};
struct kept_withdrawal {
  std::string_view item;
};
struct kept_cancel {
  std::vector<std::string> items;  ///< empty: the whole run
};
struct kept_completions {
  std::vector<std::string> items;
};
struct kept_compaction {};
/// An event of the stream: what most readers ask it for. Valid as the line itself.
struct kept_event {
  core::stream_kind kind{};
  std::uint64_t seq = 0;
  core::duration at{};      ///< wall clock
  std::string_view item{};  ///< empty for run events
  core::item_status status{};
  core::evidence who{};
  core::cause why{};
  std::uint64_t job_id = 0;
  const journal_fields* fields = nullptr;  ///< the rest, for the functions below
};
using kept_line = std::variant<kept_run, kept_document, kept_intent, kept_withdrawal, kept_cancel,
                               kept_completions, kept_compaction, kept_event>;

/// What it holds is valid until this thread reads the next line. Errors: bad_reply, with words: no JSON, a field that
/// is missing, of the wrong type or given twice, a newer journal; and unknown_kind: an event of a later kind.
io::result<kept_line> read_kept_line(std::string_view line);

/// The whole event.
core::stream_event whole_event(const kept_event& said);
/// An item's event (tells_of_item) as the rules need it; `generator` is not kept: the document tells. Errors: bad_reply,
/// with words: without "kept", or it contradicts itself.
io::result<core::item> item_after(const kept_event& said);

}  // namespace settle::actors

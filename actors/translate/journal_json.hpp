// The journal's lines as a process that takes a run over needs them: what the run is, which documents joined, which
// submissions were intended or withdrawn, and of each item's event what the rules need to go on. Writer and reader. Pure.
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

namespace settle::actors {

/// {"event":"run","v":1,"run":…,"title":…,"backend":…,"created":…,"start_dir":…,"home":…,"exit_records":…,
/// "max_concurrent":…}: the first line.
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
/// {"event":"cancel","v":1}: somebody asked that the run be cancelled.
std::string cancel_line();
/// An item's event with what only a process that takes the run over needs: its member "kept". Other readers of the
/// journal leave that out.
std::string item_line(const core::stream_event& e, const core::item& now);

/// What one line of a journal says to a process that takes its run over.
struct kept_run {
  run_facts facts;  ///< without folder
  std::size_t max_concurrent = 0;
};
struct kept_document {
  std::string file;
  std::uint64_t tasks = 0;
  std::string generator;  ///< empty: the first document
};
struct kept_intent {
  std::string item;
  std::uint32_t submission = 0;  ///< the ordinal in its token
  std::optional<array_place> array{};
};
struct kept_withdrawal {
  std::string item;
};
struct kept_cancel {};
struct kept_item {
  std::string item;
  std::uint64_t seq = 0;
  core::item now;  ///< `generator` is not kept: the document tells
};
/// Another event of the stream.
struct kept_event {
  core::stream_kind kind{};
  std::uint64_t seq = 0;
};
using kept_line =
    std::variant<kept_run, kept_document, kept_intent, kept_withdrawal, kept_cancel, kept_item, kept_event>;

/// Errors: bad_reply, with words: no JSON, a field that is missing or of the wrong type, a newer journal.
io::result<kept_line> read_kept_line(std::string_view line);

}  // namespace settle::actors

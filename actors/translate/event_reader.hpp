// The event in a line whose fields somebody has read. Private to the readers of lines.
#pragma once

#include "actors/translate/journal_fields.hpp"
#include "actors/translate/journal_json.hpp"

namespace settle::actors {

/// The fields as an event of this kind; false: a field is missing, of the wrong type, or no word of ours.
bool read_event(core::stream_kind kind, const journal_fields& in, kept_event& out);

/// What is known beside the outcome, of an item's event.
core::details details_in(const journal_fields& in);

}  // namespace settle::actors

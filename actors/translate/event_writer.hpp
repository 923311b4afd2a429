// Parts of the event lines for those who write larger JSON values around them (`settle show`).
#pragma once

#include "actors/core/stream.hpp"
#include "actors/translate/json_writer.hpp"

namespace settle::actors {

/// One event as an object.
void write_event(json_writer& out, const core::stream_event& e);
/// The same, left open for more.
void write_open_event(json_writer& out, const core::stream_event& e);
/// An item's event as item_line has it, and the lines of intents (actors/translate/journal_json.hpp).
void write_item_event(json_writer& out, const core::stream_event& e, const core::item& now);
void write_intent(json_writer& out, std::string_view item, std::string_view token);
void write_array_intent(json_writer& out, std::string_view item, std::string_view token,
                        std::string_view array, std::uint32_t index);
/// The member "counts": all eight states by name, and "unconfirmed".
void write_counts(json_writer& out, const core::counts& tally);

}  // namespace settle::actors

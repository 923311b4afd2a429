// The event in a line that somebody has parsed already: for readers that want more of the line than the event.
#pragma once

#include "actors/core/stream.hpp"

#include <simdjson.h>

#include <optional>

namespace settle::actors {

/// As stream_event_from_json (actors/translate/event_json.hpp).
std::optional<core::stream_event> stream_event_in(simdjson::dom::object line);

}  // namespace settle::actors

// The names of the stream's events and which fields each kind has: shared by the writer and the reader of
// event lines, so that they cannot drift apart.
#pragma once

#include "actors/core/stream.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace settle::actors {

using core::stream_kind;

inline constexpr int stream_version = 1;

inline constexpr std::array<std::pair<stream_kind, std::string_view>, 7> kind_names{{
    {stream_kind::run_started, "run_started"},
    {stream_kind::items_added, "items_added"},
    {stream_kind::item, "item"},
    {stream_kind::rerun, "rerun"},
    {stream_kind::verdict_corrected, "verdict_corrected"},
    {stream_kind::notice, "notice"},
    {stream_kind::run_finished, "run_finished"},
}};

inline std::string_view name_of(stream_kind kind) {
  for (const auto& [k, name] : kind_names)
    if (k == kind)
      return name;
  return {};
}

inline std::optional<stream_kind> kind_of(std::string_view name) {
  for (const auto& [k, n] : kind_names)
    if (n == name)
      return k;
  return std::nullopt;
}

inline bool tells_of_item(stream_kind kind) {
  return kind == stream_kind::item || kind == stream_kind::rerun || kind == stream_kind::verdict_corrected;
}
inline bool tells_run_state(stream_kind kind) {
  return kind == stream_kind::run_started || kind == stream_kind::run_finished;
}
inline bool tells_counts(stream_kind kind) {
  return tells_run_state(kind) || kind == stream_kind::items_added;
}

}  // namespace settle::actors

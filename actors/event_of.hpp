// The one way actors make an event that only needs its kind, its moment and perhaps words.
#pragma once

#include "actors/core/item.hpp"

#include <string>
#include <utility>

namespace settle::actors {

inline core::event event_of(core::event_kind kind, core::instant now, std::string words = {}) {
  core::event e;
  e.kind = kind;
  e.at = now;
  e.words = std::move(words);
  return e;
}

}  // namespace settle::actors

#include "runtime/compaction_lines.hpp"

#include "actors/core/status.hpp"

#include <cassert>
#include <variant>

namespace settle {

using actors::kept_event;
using core::stream_kind;

void telling_lines::saw(const actors::kept_line& line) {
  assert(line_ < none);
  if (const auto* said = std::get_if<kept_event>(&line)) {
    if (said->kind == stream_kind::item || said->kind == stream_kind::verdict_corrected)
      saw_item(*said);
    else if (said->kind == stream_kind::run_finished)
      end_ = line_;
    else
      always_.push_back(line_);
  } else if (std::holds_alternative<actors::kept_compaction>(line)) {
    compacted_ = true;
    always_.push_back(line_);
  } else if (!std::holds_alternative<actors::kept_intent>(line) &&
             !std::holds_alternative<actors::kept_withdrawal>(line)) {
    always_.push_back(line_);
  }
  ++line_;
}

void telling_lines::saw_item(const kept_event& said) {
  const auto known = ids_.find(said.item);
  if (!known) {
    ids_.add(said.item);
    items_.emplace_back();
  }
  auto& it = items_[known.value_or(static_cast<std::uint32_t>(items_.size() - 1))];
  const auto event = whole_event(said);
  if (event.attempt != it.attempt)
    it = {.attempt = event.attempt};
  const auto first = [this](std::uint32_t& line) {
    if (line == none)
      line = line_;
  };
  if (core::is_live(said.status))
    first(it.submitted);
  if (said.status == core::item_status::running)
    first(it.running);
  if (said.status == core::item_status::settling)
    first(it.settling);
  it.last = line_;
  it.has_start = event.facts.start.has_value();
  it.has_end = event.facts.end.has_value();
}

std::vector<bool> telling_lines::chosen() const {
  std::vector<bool> stay(line_, false);
  const auto keep = [&stay](std::uint32_t line) {
    if (line != none)
      stay[line] = true;
  };
  for (const auto line : always_)
    keep(line);
  keep(end_);
  for (const auto& it : items_) {
    keep(it.submitted);
    if (!it.has_start)
      keep(it.running);
    if (!it.has_end)
      keep(it.settling);
    keep(it.last);
  }
  return stay;
}

}  // namespace settle

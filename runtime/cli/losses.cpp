#include "runtime/cli/losses.hpp"

#include "runtime/cli/outcome_text.hpp"

#include <algorithm>

namespace settle::cli {

using core::item_status;
using core::stream_event;
using core::stream_kind;

std::vector<stream_event>& losses::shelf_of(const stream_event& e) {
  if (e.status == item_status::failed)
    return failed_;
  return e.status == item_status::dep_failed ? skipped_ : unconfirmed_;
}

void losses::forget(const std::string& item) {
  for (auto* shelf : {&failed_, &unconfirmed_, &skipped_})
    std::erase_if(*shelf, [&item](const stream_event& e) { return e.item == item; });
}

void losses::saw(const stream_event& e) {
  const bool corrected = e.kind == stream_kind::verdict_corrected;
  if ((e.kind != stream_kind::item && !corrected) || !core::is_terminal(e.status))
    return;
  if (corrected && count_ > 0) {  // only an unconfirmed completion can be corrected, and it was counted
    --count_;
    forget(e.item);
  }
  if (is_plain_success(e))
    return;
  ++count_;
  if (auto& shelf = shelf_of(e); shelf.size() < rows_max)
    shelf.push_back(e);
}

std::vector<stream_event> losses::rows() const {
  std::vector<stream_event> all;
  for (const auto* shelf : {&failed_, &unconfirmed_, &skipped_})
    for (const stream_event& e : *shelf)
      if (all.size() < rows_max)
        all.push_back(e);
  return all;
}

}  // namespace settle::cli

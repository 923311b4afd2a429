// Which lines of a finished run's journal still tell something that no later one tells. Pure.
#pragma once

#include "actors/core/names.hpp"
#include "actors/translate/journal_json.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace settle {

/// Fed with every line in order, then asked.
class telling_lines {
public:
  void saw(const actors::kept_line& line);
  /// By line, from 0: whether it is to stay.
  std::vector<bool> chosen() const;
  bool compacted() const noexcept { return compacted_; }  ///< the journal was, before

private:
  static constexpr std::uint32_t none = UINT32_MAX;
  /// The lines of an item's newest attempt that may have to stay.
  struct item_lines {
    std::uint32_t attempt = 0;
    std::uint32_t submitted = none, running = none, settling = none, last = none;
    bool has_start = false, has_end = false;  ///< the last one tells these
  };
  void saw_item(const actors::kept_event& said);

  std::uint32_t line_ = 0;
  std::vector<std::uint32_t> always_;
  settle::core::names ids_;
  std::vector<item_lines> items_;  ///< as their ids
  std::uint32_t end_ = none;       ///< the last run_finished
  bool compacted_ = false;
};

}  // namespace settle

// A journal followed from any process while another one writes it, and what its lines say of the run so far.
// Never writes, locks or keeps the file open, and never waits: the caller decides when to look again.
#pragma once

#include "actors/core/names.hpp"
#include "actors/translate/journal_json.hpp"
#include "io/result.hpp"
#include "runtime/settle.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settle {

/// Reads on where it stopped. A torn last line is read again when there is more: a supervisor that takes the run
/// over cuts it off and writes another one in its place. Lines may be seen before they are synced to disk.
class journal_tail {
public:
  explicit journal_tail(std::string path, std::uint64_t from_byte = 0);

  /// Calls `line` for the whole lines of the next mebibyte or so. False: the end was reached, for now. Errors:
  /// storage; also where the file has become shorter than what was read.
  io::result<bool> read_some(const std::function<void(std::string_view)>& line);

private:
  std::string path_;
  std::uint64_t at_;  ///< bytes; where the first line that was not whole begins
};

/// A run's counts and status from its journal alone: no document is read, so it is quick, and items that no event
/// has named yet count as pending.
class run_so_far {
public:
  explicit run_so_far(std::string run);
  void saw(const actors::kept_line& line);
  /// A run_finished. `last_word`: no event stands behind it.
  void saw_end(const core::stream_event& e, bool last_word = true);

  /// As the program's own summary of it: running until a run_finished came.
  run_summary summary() const;
  const std::string& backend() const noexcept { return backend_; }
  const std::string& retry_of() const noexcept { return retry_of_; }  ///< a run's id; empty: none
  bool is_run() const noexcept { return is_run_; }      ///< the line that begins a run was there
  bool finished() const noexcept { return finished_; }  ///< a run_finished was there; the latest counts
  std::optional<core::duration> created_at() const noexcept { return created_at_; }  ///< wall clock
  /// When it was over, by the wall clock; none where its end is not the last that was told of it.
  std::optional<core::duration> ended_at() const noexcept { return ended_at_; }

private:
  struct standing {
    core::item_status status = core::item_status::pending;
    bool unconfirmed = false;
  };
  void saw_event(const actors::kept_event& e);
  void saw_item(const actors::kept_event& e);

  run_summary now_;
  std::string backend_, retry_of_;
  bool is_run_ = false;
  bool finished_ = false;
  std::optional<core::duration> created_at_, ended_at_;
  core::names ids_;
  std::vector<standing> items_;  ///< as their ids
};

}  // namespace settle

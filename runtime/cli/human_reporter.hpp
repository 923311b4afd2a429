// A run in words: a status line on a terminal, elsewhere a summary line now and then; one line for each verdict
// that is no plain success; at the end a table of those, the totals and the verdict in one sentence.
#pragma once

#include "runtime/cli/losses.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/reporter.hpp"
#include "runtime/cli/screen.hpp"

#include <optional>
#include <set>
#include <string>

namespace settle::cli {

class human_reporter final : public reporter {
public:
  void started(const run_summary& run, const std::string& folder, backend_kind backend) override;
  void event(const core::stream_event& e) override;
  void tick(std::chrono::milliseconds now, const run_summary& run) override;
  void words(std::string_view text) override { screen_.words(text); }
  void question(std::string_view text) override { screen_.prompt(text); }
  void finished(const run_summary& run) override;
  bool flush(int wake_fd, int patience_ms) override { return screen_.flush(wake_fd, patience_ms); }
  bool lost() const override { return screen_.lost(); }

  /// Without a terminal a summary line at most this often.
  static constexpr std::chrono::milliseconds summary_distance{10'000};
  /// On a terminal, where the table follows, only so many verdicts are told as they come.
  static constexpr std::size_t told_max = losses::rows_max;
  /// So many items that are stuck in the queue are told one by one; of more, their number.
  static constexpr std::size_t stuck_told_max = 5;

private:
  void tell(const core::stream_event& e);
  void verdict(const core::stream_event& e);
  void stuck_item(const core::stream_event& e);
  void stuck_line(std::chrono::milliseconds now, const std::string& run);
  void summary_line(std::chrono::milliseconds now, const core::counts& tally);
  screen screen_;
  losses losses_;
  pace pace_;
  std::string folder_;
  std::size_t told_ = 0;
  std::set<std::string> stuck_;  ///< items in the queue that are, or may be, stuck
  std::size_t stuck_told_ = 0;   ///< lines about one item each
  bool stuck_untold_ = false;    ///< their number changed after those lines
  std::optional<std::chrono::milliseconds> last_stuck_;
  std::optional<std::chrono::milliseconds> last_summary_;
  core::counts last_tally_;
  std::optional<core::duration> began_, ended_;
};

}  // namespace settle::cli

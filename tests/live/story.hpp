// The event stream's rules, checked line by line as it comes: what no stream may ever do, whatever the run. It
// collects complaints instead of throwing, so that one broken run shows all of them.
#pragma once

#include "tests/live/event_line.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace settle::live {

class story {
public:
  void hear(const event_line& event);
  /// Complaints that only the end of the stream allows.
  void ended();

  const std::vector<std::string>& complaints() const { return complaints_; }
  void complain(const std::string& what) { complaints_.push_back(what); }

  /// The item's last event, `item` or `verdict_corrected`; null before its first.
  const event_line* last(const std::string& item) const;
  std::size_t in_status(const std::string& status) const;
  std::size_t terminal() const;
  /// Items that are completed, but nobody said so.
  std::size_t unconfirmed() const;
  std::size_t corrections() const { return corrections_; }
  const event_line* finish() const { return finished_ ? &finish_ : nullptr; }
  const std::string& run() const { return run_; }
  std::size_t events() const { return seq_; }

private:
  void hear_item(const event_line& event);
  void hear_correction(const event_line& event);
  void hear_finish(const event_line& event);
  void check_terminal(const event_line& event, const std::string& before);

  std::uint64_t seq_ = 0;
  std::string run_;
  std::uint64_t items_known_ = 0;
  std::map<std::string, event_line> last_;
  std::vector<std::string> complaints_;
  std::size_t corrections_ = 0;
  bool finished_ = false;
  event_line finish_;
};

bool is_terminal(const std::string& status);

}  // namespace settle::live

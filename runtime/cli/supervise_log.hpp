// The lines of a headless supervisor: "2026-11-26T09:00:00Z run ID: what happened", one for each run that is taken up
// or ends, for each verdict that is no plain success, and for what people must know. With JSON the events themselves.
#pragma once

#include "runtime/cli/output.hpp"
#include "runtime/settle.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace settle::cli {

class supervise_log {
public:
  explicit supervise_log(bool json);

  void event(const core::stream_event& e);
  void word(const std::string& run, const std::string& words);  ///< `run` may be empty
  /// Lines are written whole; what nobody takes within a moment waits.
  void flush(int wake_fd);
  void flush_rest();  ///< before leaving: a reader that takes nothing for 2 s gets no more
  bool lost() const { return out_.failed(); }

  /// Of one run so many verdicts are told; of more, their number at the end.
  static constexpr std::size_t verdicts_told_max = 100;

private:
  void line(const std::string& run, const std::string& words);
  bool json_;
  output out_;
  output err_;
  std::map<std::string, std::size_t> verdicts_;  ///< by run, until it is finished
};

}  // namespace settle::cli

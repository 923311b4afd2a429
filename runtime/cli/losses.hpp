// The items of a run that did not simply complete, as many as a final table shows, however many there are.
#pragma once

#include "actors/core/stream.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace settle::cli {

class losses {
public:
  static constexpr std::size_t rows_max = 50;

  /// Takes every event; keeps verdicts that are no plain success, and forgets what a correction made one.
  void saw(const core::stream_event& e);
  /// Those that failed by themselves first, then the unconfirmed, then those that never started.
  std::vector<core::stream_event> rows() const;
  std::size_t count() const noexcept { return count_; }  ///< of all there are

private:
  std::vector<core::stream_event>& shelf_of(const core::stream_event& e);
  void forget(const std::string& item);
  std::vector<core::stream_event> failed_, unconfirmed_, skipped_;
  std::size_t count_ = 0;
};

}  // namespace settle::cli

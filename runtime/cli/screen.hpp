// The two streams people read. On a terminal one status line at the bottom of stdout is rewritten in place and
// taken away before anything else is printed, on stdout or stderr; elsewhere there is no status line.
#pragma once

#include "runtime/cli/output.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace settle::cli {

class screen {
public:
  screen();
  ~screen();
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  bool is_terminal() const noexcept { return terminal_; }  ///< stdout is one that can move its cursor
  bool has_colour() const noexcept { return colour_; }     ///< NO_COLOR is not set, and it is a terminal
  std::size_t columns() const;                             ///< 0: no terminal, no limit

  void line(std::string_view text);    ///< to stdout; the newline is added
  void words(std::string_view text);   ///< to stderr; the newline is added
  void prompt(std::string_view text);  ///< to stderr, without newline
  /// Rewrites the status line where it changed. Text must be printable and fit columns().
  void status(std::string_view text);
  void clear_status();
  bool flush(int wake_fd = -1, int patience_ms = -1);  ///< see output
  bool waiting() const noexcept { return out_.waiting(); }
  bool lost() const noexcept { return out_.failed(); }

private:
  output out_;
  output err_;
  bool terminal_;
  bool colour_;
  std::string shown_;  ///< the status line on the screen
};

/// A person can answer a question: stdin and stderr are terminals.
bool can_ask();

}  // namespace settle::cli

// One run of a program under test: its own process group, its output collected while it runs, signals sent to it,
// and what it used. Kills what a failing test leaves behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settle::tests {

struct invocation {
  std::vector<std::string> argv;
  std::vector<std::string> environment{};  ///< "NAME=value": added to ours, or in place of it
  std::string folder{};                    ///< empty: ours
  std::string input{};                     ///< of stdin, when it is no terminal
  bool terminal = false;                   ///< stdin, stdout and stderr are one terminal of 80 columns
  bool stdout_closed = false;              ///< nobody reads stdout, from the start
};

class program {
public:
  explicit program(const invocation& what);
  ~program();
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  void signal(int number) const;
  void type(const std::string& keys) const;   ///< on its terminal
  void stall() noexcept { stalled_ = true; }  ///< reads its stdout no more, and keeps it open
  void stop_reading();                        ///< closes our end of its stdout

  /// Collects output until `enough(out, err)` or the limit; false at the limit or when it ended before.
  bool wait_until(const std::function<bool(const std::string& out, const std::string& err)>& enough,
                  std::chrono::seconds limit = std::chrono::seconds(60));
  /// Collects output until it ended; a run beyond the limit is killed and counts as signal 9.
  void finish(std::chrono::seconds limit = std::chrono::seconds(120));

  int exit_code() const noexcept { return exit_; }   ///< -1: it did not exit by itself
  int ended_by() const noexcept { return signal_; }  ///< 0: no signal
  const std::string& out() const noexcept { return out_; }
  const std::string& err() const noexcept { return err_; }
  long max_rss_kib() const noexcept { return max_rss_kib_; }
  pid_t pid() const noexcept { return pid_; }

private:
  bool collect(std::chrono::milliseconds at_most);
  void reap(int status, long max_rss_kib);
  pid_t pid_ = -1;
  bool reaped_ = false;
  int out_fd_ = -1, err_fd_ = -1, terminal_fd_ = -1;
  std::string out_, err_;
  bool stalled_ = false;
  int exit_ = -1, signal_ = 0;
  long max_rss_kib_ = 0;
};

}  // namespace settle::tests

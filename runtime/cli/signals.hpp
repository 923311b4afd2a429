// The program's signals as bytes in a pipe: SIGINT, SIGTERM and SIGHUP are only noted here and answered by the
// main loop; SIGPIPE is caught, so that a write fails instead. Handlers, not masks or SIG_IGN: what we start
// does not inherit them. Only the program has this; the library installs none.
#pragma once

#include <vector>

namespace settle::cli {

class signals {
public:
  /// One instance at a time. A signal that the caller had set to be ignored (nohup, background jobs) stays so.
  signals();
  ~signals();
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;

  int fd() const noexcept;  ///< readable while a signal waits to be taken
  std::vector<int> take();  ///< those that came, in order

private:
  int read_end_ = -1;
};

}  // namespace settle::cli

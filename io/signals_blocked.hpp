// Blocks signals on the calling thread for a scope, so that a thread (or a child) begun inside it starts with
// them blocked and never runs a handler of the program that hosts us. Process-wide handling is not touched.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace settle::io {

class signals_blocked {
public:
  enum class which {
    all,           ///< for the instant of a spawn
    asynchronous,  ///< for our threads: a fault of their own must still reach the host's crash handler
  };

  explicit signals_blocked(which kind) noexcept {
    sigset_t wanted;
    sigfillset(&wanted);
    if (kind == which::asynchronous)
      for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
        sigdelset(&wanted, fault);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

private:
  sigset_t before_{};
};

}  // namespace settle::io

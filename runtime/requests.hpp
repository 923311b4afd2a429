// What another process asks of whoever supervises a run, by letters in the state directory: works from every machine
// that sees it. Starts nothing, asks no scheduler.
#pragma once

#include "io/result.hpp"

#include <string>
#include <vector>

namespace settle {

/// One letter on its way: posted, and answered or taken back.
class posted_cancel {
public:
  /// Asks that these items (ids, or patterns as in `deps`; none: all of the run) be cancelled. Errors: storage.
  static io::result<posted_cancel> post(const std::string& state_dir, const std::string& run,
                                        std::vector<std::string> items);

  struct answer {
    bool carried_out = false;
    std::string words;
  };
  /// Not answered: false. Then `into` is left alone. The answer is taken out of the outbox. Errors: bad_reply.
  io::result<bool> look(answer& into) const;
  /// Nobody will read the answer, and nobody who has not read the request is to act on it.
  void take_back() const;

private:
  posted_cancel(std::string state, std::string letter)
      : state_(std::move(state)), letter_(std::move(letter)) {}
  std::string state_;
  std::string letter_;
};

}  // namespace settle

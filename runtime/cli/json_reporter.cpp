#include "runtime/cli/json_reporter.hpp"

#include "actors/translate/event_json.hpp"
#include "runtime/cli/outcome_text.hpp"

#include <unistd.h>

namespace settle::cli {

json_reporter::json_reporter() : out_(STDOUT_FILENO), err_(STDERR_FILENO) {}

void json_reporter::event(const core::stream_event& e) {
  out_.add(actors::to_json(e));
  out_.add("\n");
}

void json_reporter::words(std::string_view text) {
  err_.add(text);
  err_.add("\n");
  err_.flush();
}

/// The stream has no word for a supervisor that cannot go on; the exit code alone would not say why.
void json_reporter::finished(const run_summary& run) {
  if (run.trouble)
    words("settle: " + verdict_sentence(run));
}

void json_reporter::question(std::string_view text) {
  err_.add(text);
  err_.flush();
}

}  // namespace settle::cli

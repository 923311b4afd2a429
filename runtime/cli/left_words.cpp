#include "runtime/cli/left_words.hpp"

#include "runtime/cli/screen_text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace settle::cli {

void write_supervisor(actors::json_writer& out, const std::optional<io::lease_owner>& supervisor) {
  if (!supervisor)
    return out.null("supervisor");
  out.open("supervisor");
  out.text("host", supervisor->host);
  out.whole("pid", static_cast<std::uint64_t>(supervisor->pid));
  out.close();
}

std::string who_goes_on(const std::string& run, const std::string& state,
                        const std::optional<io::lease_owner>& supervisor) {
  if (supervisor)
    return fmt::format("settle: run {} is left for the supervisor (process {} on {})\n", run, supervisor->pid,
                       printable(supervisor->host));
  return fmt::format("settle: run {} is kept, and nobody supervises {} now: it begins with the next "
                     "`settle supervise`, or `settle run --resume {}`\n",
                     run, printable(state), run);
}

}  // namespace settle::cli

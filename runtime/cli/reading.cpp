#include "runtime/cli/reading.hpp"

#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/screen_text.hpp"
#include "runtime/settle.hpp"

#include <array>

#include <poll.h>
#include <unistd.h>

namespace settle::cli {

std::string state_of(const std::string& named) {
  return named.empty() ? default_state_dir() : named;
}

int refuse(const std::string& words, int code) {
  output err(STDERR_FILENO);
  err.add("settle: " + printable(words) + "\n");
  err.flush();
  return code;
}

int refuse(const io::error& why) {
  return refuse(why.words, why.code == io::errc::bad_input ? exit_usage : exit_no_work);
}

core::duration wall_now() {
  return std::chrono::duration_cast<core::duration>(std::chrono::system_clock::now().time_since_epoch());
}

std::optional<int> interrupted(signals& noted) {
  const auto numbers = noted.take();
  constexpr int shells_add = 128;
  return numbers.empty() ? std::nullopt : std::optional(shells_add + numbers.front());
}

bool wait_to_look(const signals& noted, std::chrono::milliseconds at_most, bool mind_reader) {
  // No event of stdout is waited for: what poll tells unasked is that the other end is gone.
  std::array<pollfd, 2> fds{{{noted.fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}}};
  ::poll(fds.data(), mind_reader ? 2 : 1, static_cast<int>(at_most.count()));
  return fds[1].revents == 0;
}

}  // namespace settle::cli

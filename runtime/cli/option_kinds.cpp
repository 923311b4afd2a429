#include "runtime/cli/option_kinds.hpp"

#include "runtime/cli/duration_text.hpp"

#include <algorithm>
#include <charconv>

namespace settle::cli {

using std::chrono::milliseconds;

milliseconds duration_of(const std::string& option, const std::string& text) {
  const auto d = parse_duration(text);
  if (!d)
    throw CLI::ValidationError(option, fmt::format("'{}' is no duration; write 500ms, 20s, 5m or 2h", text));
  return *d;
}

milliseconds some_time(const std::string& option, const std::string& text) {
  const milliseconds d = duration_of(option, text);
  if (d == milliseconds::zero())
    throw CLI::ValidationError(option, "must be longer than nothing");
  return d;
}

std::size_t count_of(const std::string& option, const std::string& text) {
  std::size_t n = 0;
  const char* const end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, n);
  if (code != std::errc{} || at != end || n == 0)
    throw CLI::ValidationError(option, fmt::format("'{}' is no count; write 1, 2, 3, …", text));
  return n;
}

/// In lines that fit beside the options' names on a usual terminal.
std::string wrapped(const std::string& words) {
  constexpr std::size_t width = 66;
  std::string text;
  std::size_t line = 0;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    const bool fits = line + 1 + (end - at) <= width;
    text += (text.empty() ? "" : fits ? " " : "\n") + words.substr(at, end - at);
    line = fits ? line + 1 + (end - at) : end - at;
    at = end + 1;
  }
  return text;
}

void add_which(CLI::App& app, std::string& target) {
  app.add_option("RUN", target, "a run's id, a unique beginning of one, or last")->required()->type_name("");
}

void add_state(CLI::App& app, std::string& target) {
  app.add_option("--state", target,
                 wrapped("the state directory (default: $SETTLE_STATE, else $XDG_STATE_HOME/settle, else "
                         "~/.local/state/settle)"))
      ->type_name("DIR");
}

}  // namespace settle::cli

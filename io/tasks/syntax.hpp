// A strict JSON scanner that finds the first place where a text stops being JSON and says what was expected
// there. Run where simdjson refused, and over values that settle skips; it builds nothing and never recurses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settle::tasks {

struct syntax_error {
  std::size_t offset = 0;  ///< of the offending byte; the text's size at its end
  std::string words;
  std::optional<std::size_t> opened{};  ///< of the bracket or quote that `words` says is still open
};

/// The first fault of a text that should be exactly one JSON value; none when it is one.
std::optional<syntax_error> find_syntax_error(std::string_view text);

}  // namespace settle::tasks

#include "runtime/journal_lines.hpp"

#include <utility>

namespace settle {

journal_lines::journal_lines(std::string path) : path_(std::move(path)) {}

std::optional<actors::kept_line> journal_lines::read(std::string_view line) {
  ++number_;
  if (trouble_)
    return std::nullopt;
  auto said = actors::read_kept_line(line);
  if (said)
    return std::move(*said);
  if (said.error().code != io::errc::unknown_kind)
    trouble_ =
        io::error{said.error().code, path_ + ":" + std::to_string(number_) + ": " + said.error().words};
  return std::nullopt;
}

}  // namespace settle

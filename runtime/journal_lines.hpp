// A journal's lines for who only looks at a run: what cannot be read is never passed over in silence, for the rest would
// then tell of another run than the one that is there.
#pragma once

#include "actors/translate/journal_json.hpp"
#include "io/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settle {

class journal_lines {
public:
  /// `path` is for words only.
  explicit journal_lines(std::string path);

  /// What a line says, valid until this thread reads the next one. None: an event of a kind that a later settle has added, and
  /// every line from the first on that is damaged or of a newer version.
  std::optional<actors::kept_line> read(std::string_view line);
  /// Counts a line that need not be read.
  void pass() noexcept { ++number_; }

  /// bad_reply, with file and line, once such a line was read.
  const std::optional<io::error>& trouble() const noexcept { return trouble_; }

private:
  std::string path_;
  std::size_t number_ = 0;
  std::optional<io::error> trouble_;
};

}  // namespace settle
